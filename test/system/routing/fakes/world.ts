import type { Clock, Timer } from '../../../../system/ports/clock.ts';
import type { Colour } from '../../../../system/ports/colour.ts';
import { PortError } from '../../../../system/ports/errors.ts';
import type { Http, HttpHandler, HttpRequest, HttpResponse } from '../../../../system/ports/http.ts';
import type { StreamInfo } from '../../../../system/ports/jetstream.ts';
import type { LabelMatchers, MetricsQueries, MetricsQuery } from '../../../../system/ports/metrics-query.ts';
import type { NatsConnection, NatsConnector } from '../../../../system/ports/nats-connection.ts';
import type { DeploymentStatus, Orchestrator } from '../../../../system/ports/orchestrator.ts';
import type { Process } from '../../../../system/ports/process.ts';
import type { Random } from '../../../../system/ports/random.ts';
import type { Rpc, RpcHandler, RpcOutcome } from '../../../../system/ports/rpc.ts';
import type { Store } from '../../../../system/ports/store.ts';
import type { SystemEvent } from '../../../../system/ports/system-event.ts';
import type { Labels, Telemetry } from '../../../../system/ports/telemetry.ts';

interface Pending {
  readonly atMs: number;
  readonly sequence: number;
  readonly run: () => void;
  cancelled: boolean;
}

const epochStartMs = Date.UTC(2026, 0, 5);

/** Virtual time that a test moves on by hand; between two events every continuation runs. */
export class FakeTime {
  #nowMs = 0;
  #sequence = 0;
  #pending: Pending[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  after(durationMs: number, run: () => void): Timer {
    const atMs = this.#nowMs + Math.max(0, durationMs);
    const pending: Pending = { atMs, sequence: (this.#sequence += 1), run, cancelled: false };
    this.#pending.push(pending);
    return {
      cancel: () => {
        pending.cancelled = true;
      },
    };
  }

  async advance(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs;
    await drain();
    for (let next = this.#take(untilMs); next !== undefined; next = this.#take(untilMs)) {
      this.#nowMs = next.atMs;
      next.run();
      await drain();
    }
    this.#nowMs = untilMs;
  }

  async advanceUntil(condition: () => boolean, limitMs: number, stepMs = 1000): Promise<void> {
    const untilMs = this.#nowMs + limitMs;
    await drain();
    while (!condition()) {
      if (this.#nowMs >= untilMs) throw new Error(`condition not met within ${limitMs} ms`);
      await this.advance(stepMs);
    }
  }

  #take(untilMs: number): Pending | undefined {
    this.#pending = this.#pending.filter((entry) => !entry.cancelled);
    let best: Pending | undefined;
    for (const entry of this.#pending) {
      if (entry.atMs > untilMs) continue;
      if (best === undefined || entry.atMs < best.atMs) best = entry;
    }
    if (best !== undefined) this.#pending.splice(this.#pending.indexOf(best), 1);
    return best;
  }
}

function drain(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** One life of a process: whatever it started is gone when it is killed. */
export class FakeProcess {
  readonly name: string;
  readonly world: FakeWorld;
  readonly disk: FakeDisk;
  alive = true;
  ready = false;
  exitCode: number | undefined;
  terminate: () => void = () => {};
  readonly httpServers = new Map<number, HttpHandler>();
  readonly rpcServers = new Map<number, Readonly<Record<string, RpcHandler>>>();

  constructor(world: FakeWorld, name: string, disk: FakeDisk) {
    this.world = world;
    this.name = name;
    this.disk = disk;
  }

  kill(): void {
    this.alive = false;
    this.ready = false;
    this.httpServers.clear();
    this.rpcServers.clear();
  }

  /** A continuation of the process: it runs only while the process lives. */
  #guard<Arguments extends readonly unknown[]>(run: (...values: Arguments) => void) {
    return (...values: Arguments): void => {
      if (this.alive) run(...values);
    };
  }

  /** A promise of the world as this process sees it: after a kill it never settles. */
  #promise<Value>(start: (resolve: (value: Value) => void, reject: (error: Error) => void) => void) {
    return new Promise<Value>((resolve, reject) => {
      if (this.alive) start(this.#guard(resolve), this.#guard(reject));
    });
  }

  get ports() {
    const { world } = this;
    const { time } = world;
    const after = (durationMs: number, callback: () => void): Timer =>
      time.after(durationMs, this.#guard(callback));
    const clock: Clock = {
      wallMs: () => epochStartMs + world.wallOffsetMs + time.nowMs,
      wallUs: () => (epochStartMs + world.wallOffsetMs + time.nowMs) * 1000,
      monotonicMs: () => time.nowMs,
      sleep: (durationMs) => this.#promise((resolve) => after(durationMs, () => resolve(undefined))),
      after,
      every: (periodMs, callback) => {
        let timer = after(periodMs, function again() {
          timer = after(periodMs, again);
          callback();
        });
        return { cancel: () => timer.cancel() };
      },
    };
    const store: Store = {
      load: (key) =>
        this.#promise((resolve, reject) => {
          after(1, () =>
            this.disk.failing
              ? reject(new PortError('store down', 'unavailable'))
              : resolve(this.disk.texts.get(key)),
          );
        }),
      save: (key, value) =>
        this.#promise((resolve, reject) => {
          after(1, () => {
            if (this.disk.failing) {
              reject(new PortError('store down', 'unavailable'));
              return;
            }
            this.disk.texts.set(key, value);
            resolve(undefined);
          });
        }),
    };
    const http: Http = {
      serve: (port, handler) => {
        this.httpServers.set(port, handler);
        return {
          close: () => {
            this.httpServers.delete(port);
            return Promise.resolve();
          },
        };
      },
      request: (authority, request, timeoutMs) =>
        this.#promise((resolve, reject) =>
          world.request(this.name, authority, request, timeoutMs).then(resolve, reject),
        ),
    };
    const rpc: Rpc = {
      serve: (port, methods) => {
        this.rpcServers.set(port, methods);
        return {
          close: () => {
            this.rpcServers.delete(port);
            return Promise.resolve();
          },
        };
      },
      call: (target, method, request, options, done) => {
        const outcome = world.collect(target, method, request, options.metadata);
        time.after(
          world.collectorMs,
          this.#guard(() => done(outcome)),
        );
      },
    };
    const random: Random = {
      uint32: () => Math.floor(world.chance() * 2 ** 32),
      float: () => world.chance(),
      integer: (low, high) => low + Math.floor(world.chance() * (high - low + 1)),
    };
    const process: Process = {
      name: this.name,
      uid: `${this.name}-uid`,
      environment: {},
      onTerminate: (handler) => {
        this.terminate = this.#guard(handler);
      },
      setReady: (ready) => {
        this.ready = ready;
      },
      setAlive: () => {},
      exit: (code) => {
        this.exitCode = code;
        this.kill();
      },
      work: () => Promise.resolve(),
    };
    const orchestrator: Orchestrator = {
      status: (name) => world.kubernetes.status(name),
      scale: (name, replicas) => world.kubernetes.scale(name, replicas),
      setImage: (name, image) => world.kubernetes.setImage(name, image),
      label: (name, labels) => world.kubernetes.label(name, labels),
    };
    const metricsQueries: MetricsQueries = { evaluate: (query) => world.evaluate(query) };
    return {
      clock,
      random,
      store,
      http,
      rpc,
      process,
      orchestrator,
      metricsQueries,
      telemetry: world.telemetry,
      nats: world.nats,
    };
  }
}

export class FakeDisk {
  readonly texts = new Map<string, string>();
  failing = false;
}

/** Deployments that do what they are told after `startMs`. */
export class FakeKubernetes {
  readonly deployments = new Map<string, DeploymentStatus>();
  /** Names of Deployments whose pods never become ready. */
  readonly broken = new Set<string>();
  failing = false;
  /** Time that a status takes. */
  statusMs = 0;
  /** Replicas asked for, in order. */
  readonly scaled: { readonly name: string; readonly desired: number; readonly atMs: number }[] = [];
  readonly #time: FakeTime;
  readonly #startMs = 5000;

  constructor(time: FakeTime) {
    this.#time = time;
  }

  add(name: string, image: string, replicas: number): void {
    this.deployments.set(name, {
      name,
      image,
      desired: replicas,
      updated: replicas,
      ready: replicas,
      available: replicas,
      labels: {},
    });
  }

  status(name: string): Promise<DeploymentStatus> {
    if (this.failing) return Promise.reject(new PortError('API server gone', 'disconnected'));
    if (this.statusMs === 0) return Promise.resolve(this.get(name));
    return new Promise((resolve) => this.#time.after(this.statusMs, () => resolve(this.get(name))));
  }

  scale(name: string, desired: number): Promise<void> {
    this.scaled.push({ name, desired, atMs: this.#time.nowMs });
    const ready = Math.min(desired, this.get(name).ready);
    this.#set(name, { desired, ready, updated: ready, available: ready });
    this.#settle(name);
    return Promise.resolve();
  }

  setImage(name: string, image: string): Promise<void> {
    this.#set(name, { image, updated: 0 });
    this.#settle(name);
    return Promise.resolve();
  }

  label(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    if (this.failing) return Promise.reject(new PortError('API server gone', 'disconnected'));
    this.#set(name, { labels: { ...this.get(name).labels, ...labels } });
    return Promise.resolve();
  }

  get(name: string): DeploymentStatus {
    const status = this.deployments.get(name);
    if (status === undefined) throw new PortError(`no deployment ${name}`, 'not-found');
    return status;
  }

  #settle(name: string): void {
    this.#time.after(this.#startMs, () => {
      const { desired } = this.get(name);
      const ready = this.broken.has(name) ? 0 : desired;
      this.#set(name, { updated: ready, ready, available: ready });
    });
  }

  #set(name: string, change: Partial<DeploymentStatus>): void {
    this.deployments.set(name, { ...this.get(name), ...change });
  }
}

/** What the metrics store says of the canary, set by a test. */
export interface FakeMetrics {
  available: boolean;
  requestsPerMinute: number;
  errorRate: number;
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
  ): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
    const request: HttpRequest = {
      method,
      path,
      headers: {},
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
        return requests * (1 - metrics.errorRate);
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

function fakeConnection(messages: () => number): NatsConnection {
  const refuse = (): never => {
    throw new Error('the controller only reads streams');
  };
  const streamInfo = (name: string): Promise<StreamInfo> =>
    Promise.resolve({
      name,
      messages: messages(),
      firstSequence: 1,
      lastSequence: messages(),
      config: {
        name,
        subjects: ['dc.>'],
        retention: 'workqueue',
        storage: 'file',
        replicas: 3,
        maxAgeMs: 1,
        maxMessages: 1,
        discard: 'new',
        duplicateWindowMs: 1,
      },
    });
  return {
    clusterName: 'fake',
    status: () => 'connected',
    onStatus: () => {},
    keyValue: refuse,
    createKeyValue: refuse,
    close: () => Promise.resolve(),
    jetStream: {
      ensureStream: refuse,
      streamInfo,
      purgeStream: refuse,
      publish: refuse,
      ensureConsumer: refuse,
      deleteConsumer: refuse,
      consumerInfo: refuse,
      consumerNames: refuse,
      consume: refuse,
    },
  };
}
