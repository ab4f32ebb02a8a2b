import { RandomStream } from '../../../../sim/kernel/index.ts';
import { defaultCollectorSettings, type CollectorSettings } from '../../../../system/collector/settings.ts';
import { startCollector } from '../../../../system/collector/start.ts';
import type { Colour } from '../../../../system/ports/colour.ts';
import { PortError } from '../../../../system/ports/errors.ts';
import type { Http, HttpResponse, HttpServer } from '../../../../system/ports/http.ts';
import {
  ingestMethods,
  type CompleteRequest,
  type MetricPoints,
  type SendRequest,
} from '../../../../system/ports/ingest.ts';
import type { RpcOutcome } from '../../../../system/ports/rpc.ts';
import { FakeCql } from './fake-cql.ts';
import { FakeNats } from './fake-nats.ts';
import { FakePod } from './fake-pod.ts';
import { VirtualClock } from './virtual-clock.ts';

export const startUs = Date.UTC(2026, 0, 5, 6) * 1000;

/** Answers what Management answers; nobody unless a test says so. */
class FakeManagement implements Http {
  answer: (() => string) | undefined;

  serve(): HttpServer {
    return { close: () => Promise.resolve() };
  }

  request(): Promise<HttpResponse> {
    return this.answer === undefined
      ? Promise.reject(new PortError('nobody is there', 'connection-refused'))
      : Promise.resolve({ status: 200, body: this.answer() });
  }
}

/** One Cassandra, two NATS clusters, and collectors of either colour. */
export class CollectorWorld {
  readonly clock = new VirtualClock();
  readonly cql = new FakeCql(this.clock);
  readonly nats: Readonly<Record<Colour, FakeNats>> = {
    blue: new FakeNats(this.clock, 'nats-blue'),
    green: new FakeNats(this.clock, 'nats-green'),
  };
  readonly management = new FakeManagement();
  #pods = 0;

  /** Starts one without waiting for it. */
  launch(colour: Colour, overrides: Partial<CollectorSettings> = {}): FakePod {
    const pod = new FakePod(this.clock, `collector-${colour}-${++this.#pods}`);
    const settings: CollectorSettings = {
      ...defaultCollectorSettings(colour, `nats://nats-${colour}:4222`),
      expectedClusterName: `nats-${colour}`,
      ...overrides,
    };
    const ports = {
      clock: this.clock,
      random: new RandomStream(7n, 'collector', pod.name),
      nats: this.nats[colour],
      cql: this.cql,
      rpc: pod,
      http: this.management,
      process: pod,
      telemetry: pod,
    };
    void startCollector(ports, settings);
    return pod;
  }

  async start(colour: Colour, overrides: Partial<CollectorSettings> = {}): Promise<FakePod> {
    const pod = this.launch(colour, overrides);
    await this.clock.advance(0);
    return pod;
  }

  /** Makes a call and moves the clock until it is answered, or past its deadline. */
  async answer(call: Promise<RpcOutcome>, limitMs = 60_000): Promise<RpcOutcome> {
    let outcome: RpcOutcome | undefined;
    void call.then((value) => {
      outcome = value;
    });
    for (let passedMs = 0; passedMs <= limitMs; passedMs++) {
      await this.clock.advance(passedMs === 0 ? 0 : 1);
      if (outcome !== undefined) return outcome;
    }
    throw new Error(`no answer within ${limitMs} ms`);
  }

  send(pod: FakePod, request: SendRequest, deadlineMs = 10_000): Promise<RpcOutcome> {
    return this.answer(pod.ask(ingestMethods.send, request, { 'tool-id': request.tool }, deadlineMs));
  }

  complete(pod: FakePod, request: CompleteRequest, deadlineMs = 20_000): Promise<RpcOutcome> {
    return this.answer(pod.ask(ingestMethods.complete, request, { 'tool-id': request.tool }, deadlineMs));
  }
}

export function metric(svid: number, values: readonly number[], fromUs = startUs): MetricPoints {
  return {
    svid,
    timesUs: Float64Array.from(values, (_value, index) => fromUs + index * 10_000_000),
    values: Float64Array.from(values),
  };
}

export function sendRequest(requestSequence: number, overrides: Partial<SendRequest> = {}): SendRequest {
  const fromUs = startUs + (requestSequence - 1) * 30_000_000;
  return {
    tool: 'tool-0001',
    chamber: 1,
    recipe: 'etch-a',
    contextSequence: 5,
    requestSequence,
    contextStartUs: startUs,
    metrics: [
      metric(101, [requestSequence, requestSequence + 0.25, requestSequence + 0.5], fromUs),
      metric(102, [-1, 0, requestSequence / 8], fromUs),
    ],
    ...overrides,
  };
}

export function completeRequest(
  requestCount: number,
  overrides: Partial<CompleteRequest> = {},
): CompleteRequest {
  return {
    tool: 'tool-0001',
    chamber: 1,
    recipe: 'etch-a',
    contextSequence: 5,
    previousSequence: 4,
    startUs,
    endUs: startUs + requestCount * 30_000_000,
    requestCount,
    ...overrides,
  };
}
