import type { Colour } from '../../../../system/ports/colour.ts';
import { PortError } from '../../../../system/ports/errors.ts';
import type { HttpRequest, HttpResponse } from '../../../../system/ports/http.ts';
import type { LabelMatchers, MetricsQuery } from '../../../../system/ports/metrics-query.ts';
import type { NatsConnector } from '../../../../system/ports/nats-connection.ts';
import type { RpcOutcome } from '../../../../system/ports/rpc.ts';
import type { SystemEvent } from '../../../../system/ports/system-event.ts';
import type { Labels, Telemetry } from '../../../../system/ports/telemetry.ts';
import { FakeKubernetes } from './kubernetes.ts';
import { fakeConnection } from './nats.ts';
import { FakeDisk, FakeProcess } from './process.ts';
import { FakeTime } from './time.ts';

/** What the metrics store says of the canary, set by a test. */
export interface FakeMetrics {
  available: boolean;
  requestsPerMinute: number;
  errorRate: number;
  /** Of the baseline of an experiment. */
  baselineErrorRate: number;
  p95Seconds: number;
  contextsPerMinute: number;
  silentTools: ReadonlySet<string>;
  leaders: number;
  coverage: number;
}

interface Link {
  readonly from: string;
  readonly to: string;
}

/** Processes, links between them, and what they said. */
export class FakeWorld {
  readonly time = new FakeTime();
  readonly kubernetes = new FakeKubernetes(this.time);
  readonly events: { readonly atMs: number; readonly event: SystemEvent }[] = [];
  readonly backlog: Record<Colour, number> = { blue: 0, green: 0 };
  readonly metrics: FakeMetrics = {
    available: true,
    requestsPerMinute: 200,
    errorRate: 0,
    baselineErrorRate: 0,
    p95Seconds: 0.1,
    contextsPerMinute: 10,
    silentTools: new Set(),
    leaders: 1,
    coverage: 1,
  };
  readonly counters = new Map<string, number>();
  readonly cuts: Link[] = [];
  readonly collected: { readonly target: string; readonly metadata: Labels }[] = [];
  collectorOutcome: RpcOutcome = { status: 'OK', message: '', response: { points: 1 }, metadata: {} };
  collectorMs = 4;
  wallOffsetMs = 0;
  canaryTraffic = true;
  readonly #processes: FakeProcess[] = [];
  readonly #disks = new Map<string, FakeDisk>();
  #seed = 12_345;

  /** A new life of the process of that name; its disk is what it was. */
  spawn(name: string): FakeProcess {
    const process = new FakeProcess(this, name, this.disk(name));
    this.#processes.push(process);
    return process;
  }

  disk(name: string): FakeDisk {
    const existing = this.#disks.get(name);
    if (existing !== undefined) return existing;
    const disk = new FakeDisk();
    this.#disks.set(name, disk);
    return disk;
  }

  /** Cuts both directions; heals with the returned function. */
  cut(one: string, two: string): () => void {
    const links = [
      { from: one, to: two },
      { from: two, to: one },
    ];
    this.cuts.push(...links);
    return () => {
      for (const link of links) this.cuts.splice(this.cuts.indexOf(link), 1);
    };
  }

  chance(): number {
    this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) >>> 0;
    return this.#seed / 2 ** 32;
  }

  async request(
    from: string,
    authority: string,
    request: HttpRequest,
    timeoutMs: number,
  ): Promise<HttpResponse> {
    const [to, port] = authority.split(':');
    const isCut = (): boolean => this.cuts.some((link) => link.from === from && link.to === to);
    return await new Promise((resolve, reject) => {
      const timeout = this.time.after(timeoutMs, () => reject(new PortError('no answer', 'timeout')));
      if (isCut()) return;
      this.time.after(1, () => {
        const server = this.#processes.findLast((process) => process.name === to && process.alive);
        const handler = server?.httpServers.get(Number(port));
        if (handler === undefined) {
          timeout.cancel();
          reject(new PortError(`nobody at ${authority}`, 'connection-refused'));
          return;
        }
        void handler(request).then((response) => {
          if (server?.alive !== true || isCut()) return;
          this.time.after(1, () => {
            timeout.cancel();
            resolve(response);
          });
        });
      });
    });
  }

  /** One HTTP request of an outsider, with the time it takes. */
  async ask(
    authority: string,
    method: HttpRequest['method'],
    path: string,
    body?: unknown,
    headers: Labels = {},
  ): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
    const request: HttpRequest = {
      method,
      path,
      headers,
      body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
    };
    let response: HttpResponse | undefined;
    let failure: Error | undefined;
    this.request('operator', authority, request, 5000).then(
      (value) => {
        response = value;
      },
      (error: Error) => {
        failure = error;
      },
    );
    await this.time.advanceUntil(() => response !== undefined || failure !== undefined, 6000, 1);
    if (response === undefined) throw failure ?? new Error('unreachable');
    const parsed: Readonly<Record<string, unknown>> = response.body === '' ? {} : JSON.parse(response.body);
    return { status: response.status, body: parsed };
  }

  collect(target: string, method: string, request: unknown, metadata: Labels): RpcOutcome {
    void method;
    void request;
    this.collected.push({ target, metadata });
    return this.collectorOutcome;
  }

  readonly telemetry: Telemetry = {
    counter: (name, labels) => {
      const key = seriesKey(name, labels);
      return { add: (amount) => this.counters.set(key, (this.counters.get(key) ?? 0) + amount) };
    },
    gauge: (name, labels) => {
      const key = seriesKey(name, labels);
      return { set: (value) => this.counters.set(key, value) };
    },
    histogram: (name, labels) => {
      const key = seriesKey(name, labels);
      return { observe: () => this.counters.set(key, (this.counters.get(key) ?? 0) + 1) };
    },
    event: (event) => this.events.push({ atMs: this.time.nowMs, event }),
  };

  /** Events of one kind, oldest first. */
  of<Kind extends SystemEvent['kind']>(kind: Kind): Extract<SystemEvent, { kind: Kind }>[] {
    return this.events
      .map(({ event }) => event)
      .filter((event): event is Extract<SystemEvent, { kind: Kind }> => event.kind === kind);
  }

  evaluate(query: MetricsQuery): Promise<number | undefined> {
    const { metrics } = this;
    if (!metrics.available) return Promise.reject(new PortError('metrics store down', 'timeout'));
    switch (query.kind) {
      case 'gauge':
        return Promise.resolve(query.name === 'tfdc_defender_leader' ? metrics.leaders : metrics.coverage);
      case 'quantile':
        return Promise.resolve(metrics.p95Seconds);
      case 'increase':
        return Promise.resolve(this.#increase(query.name, query.labels, query.windowMs / 60_000));
    }
  }

  #increase(name: string, labels: LabelMatchers, minutes: number): number {
    const { metrics } = this;
    if (name === 'tfdc_contexts_processed_total') return metrics.contextsPerMinute * minutes;
    if (name === 'tfdc_canary_tool_completions_total') {
      return metrics.silentTools.has(labels['tool'] ?? '') ? 0 : 1;
    }
    const requests = this.canaryTraffic ? metrics.requestsPerMinute * minutes : 0;
    switch (labels['code']) {
      case undefined:
        return requests;
      case 'OK':
        return (
          requests *
          (1 - (labels['experiment'] === 'baseline' ? metrics.baselineErrorRate : metrics.errorRate))
        );
      default:
        return 0;
    }
  }

  readonly nats: NatsConnector = {
    connect: ({ url }) => {
      const colour: Colour = url.includes('blue') ? 'blue' : 'green';
      return Promise.resolve(fakeConnection(() => this.backlog[colour]));
    },
  };
}

export function seriesKey(name: string, labels: Labels): string {
  const pairs = Object.entries(labels).toSorted(([one], [two]) => (one < two ? -1 : 1));
  return `${name}{${pairs.map(([key, value]) => `${key}=${value}`).join(',')}}`;
}
