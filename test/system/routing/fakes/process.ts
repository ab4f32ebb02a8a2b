import type { Clock, Timer } from '../../../../system/ports/clock.ts';
import { PortError } from '../../../../system/ports/errors.ts';
import type { Http, HttpHandler } from '../../../../system/ports/http.ts';
import type { MetricsQueries } from '../../../../system/ports/metrics-query.ts';
import type { Orchestrator } from '../../../../system/ports/orchestrator.ts';
import type { Process } from '../../../../system/ports/process.ts';
import type { Random } from '../../../../system/ports/random.ts';
import type { Rpc, RpcHandler } from '../../../../system/ports/rpc.ts';
import type { Store } from '../../../../system/ports/store.ts';
import type { FakeWorld } from './world.ts';

const epochStartMs = Date.UTC(2026, 0, 5);

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
