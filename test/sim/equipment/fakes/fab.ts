import type { EquipmentEvent } from '../../../../sim/equipment/equipment-event.ts';
import { Equipment, type EquipmentSettings, type Wafer } from '../../../../sim/equipment/index.ts';
import { Kernel, type RandomStream } from '../../../../sim/kernel/index.ts';
import type { UChart } from '../../../../system/charts/uchart.ts';
import { ingestTrailers } from '../../../../system/ports/ingest-trailers.ts';
import {
  contextIdOf,
  ingestMethods,
  type CompleteRequest,
  type SendRequest,
} from '../../../../system/ports/ingest.ts';
import type { RpcOutcome, RpcStatus } from '../../../../system/ports/rpc.ts';

export interface Call {
  readonly timeUs: number;
  readonly tool: number;
  readonly method: string;
  readonly request: SendRequest | CompleteRequest;
  readonly metadata: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
}

export interface Recorded {
  readonly timeUs: number;
  readonly event: EquipmentEvent;
}

/** How one call ends; `effect` says whether the server did its work all the same. */
export interface Verdict {
  readonly status: RpcStatus;
  readonly effect: boolean;
  readonly metadata?: RpcOutcome['metadata'];
}

export interface FabOptions {
  readonly seed?: bigint;
  readonly tools?: number;
  readonly wafers?: readonly Wafer[];
  readonly settings?: Partial<EquipmentSettings>;
  readonly judge?: (call: Call, random: RandomStream) => Verdict | undefined;
}

const ok: Verdict = { status: 'OK', effect: true };

/** Tools before a server that stores requests in memory and says what it misses, as a collector would. */
export class Fab {
  readonly kernel: Kernel;
  readonly equipment: Equipment;
  readonly calls: Call[] = [];
  readonly events: Recorded[] = [];
  readonly charts = new Map<string, UChart>();
  /** Requests by context and sequence. */
  readonly stored = new Map<string, Map<number, SendRequest>>();
  readonly completed = new Map<string, CompleteRequest>();
  latencyUs = 5_000;
  judge: NonNullable<FabOptions['judge']>;
  readonly #random: RandomStream;

  constructor(options: FabOptions = {}) {
    this.kernel = new Kernel({ seed: options.seed ?? 1n });
    this.#random = this.kernel.stream('test', 'server');
    this.judge = options.judge ?? (() => undefined);
    this.equipment = new Equipment(this.kernel, {
      tools: options.tools ?? 10,
      startMs: 1_000,
      ...(options.wafers === undefined ? {} : { wafers: options.wafers }),
      ...(options.settings === undefined ? {} : { settings: options.settings }),
      send: (tool, method, request, metadata, deadlineMs, done) => {
        const call: Call = {
          timeUs: this.kernel.nowUs,
          tool,
          method,
          request: request as Call['request'],
          metadata,
          deadlineMs,
        };
        this.calls.push(call);
        this.kernel.after(this.latencyUs, done, this.#answer(call), undefined);
      },
      record: (_tool, event) => {
        this.events.push({ timeUs: this.kernel.nowUs, event });
        if (event.kind !== 'context.completed') return;
        const chart = this.equipment.expectedUChart(event.contextId);
        if (chart !== undefined) this.charts.set(event.contextId, chart);
      },
    });
  }

  async runMinutes(minutes: number): Promise<void> {
    await this.kernel.run(this.kernel.nowUs + minutes * 60_000_000);
  }

  eventsOf<K extends EquipmentEvent['kind']>(kind: K): Extract<EquipmentEvent, { kind: K }>[] {
    return this.events
      .map(({ event }) => event)
      .filter((event): event is Extract<EquipmentEvent, { kind: K }> => event.kind === kind);
  }

  #answer(call: Call): RpcOutcome {
    const verdict = this.judge(call, this.#random) ?? ok;
    const missing = verdict.effect ? this.#apply(call) : [];
    if (missing.length > 0) {
      const metadata = { [ingestTrailers.missingRequests]: missing.join(',') };
      return { status: 'FAILED_PRECONDITION', message: 'requests are missing', metadata };
    }
    return { status: verdict.status, message: '', metadata: verdict.metadata ?? {} };
  }

  /** Does what is asked, or says which requests are missing for it. */
  #apply(call: Call): number[] {
    const { request } = call;
    const contextId = contextIdOf(request.tool, request.contextSequence);
    const chunks = this.stored.get(contextId) ?? new Map<number, SendRequest>();
    this.stored.set(contextId, chunks);
    if ('requestSequence' in request) {
      chunks.set(request.requestSequence, request);
      return [];
    }
    const missing: number[] = [];
    for (let sequence = 1; sequence <= request.requestCount; sequence++) {
      if (!chunks.has(sequence)) missing.push(sequence);
    }
    if (missing.length === 0) this.completed.set(contextId, request);
    return missing;
  }
}

export function isSend(call: Call): boolean {
  return call.method === ingestMethods.send;
}

/** Requests of a context, by sequence, as plain text, for comparison. */
export function contentOf(request: SendRequest): string {
  const { metrics, ...rest } = request;
  const points = metrics.map(({ svid, timesUs, values }) => [svid, Array.from(timesUs), Array.from(values)]);
  return JSON.stringify([rest, points]);
}

export function wafersOf(count: number, samples: number): Wafer[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `w${index}`,
    abnormal: index % 5 === 4,
    samples: Float64Array.from({ length: samples }, (_sample, at) => index + at / 64),
  }));
}
