import type { Process } from '../../../../system/ports/process.ts';
import type { Rpc, RpcHandler, RpcMetadata, RpcOutcome, RpcServer } from '../../../../system/ports/rpc.ts';
import type { SystemEvent } from '../../../../system/ports/system-event.ts';
import type { Labels, Telemetry } from '../../../../system/ports/telemetry.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A pod's process, its RPC server and its telemetry, all open to the test. */
export class FakePod implements Process, Rpc, Telemetry {
  readonly name: string;
  readonly uid: string;
  readonly environment: Readonly<Record<string, string>> = {};
  readonly events: SystemEvent[] = [];
  readonly counters = new Map<string, number>();
  ready = false;
  exitCode: number | undefined;
  serving = false;
  #terminate: () => void = () => undefined;
  #methods: Readonly<Record<string, RpcHandler>> = {};
  #inFlight = 0;
  #drained: () => void = () => undefined;
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock, name: string) {
    this.#clock = clock;
    this.name = name;
    this.uid = `${name}-uid`;
  }

  terminate(): void {
    this.#terminate();
  }

  onTerminate(handler: () => void): void {
    this.#terminate = handler;
  }

  setReady(ready: boolean): void {
    this.ready = ready;
  }

  setAlive(): void {
    throw new Error('the collector has no use for this');
  }

  exit(code: number): void {
    this.exitCode ??= code;
  }

  work(_stage: string, typicalMs: number): Promise<void> {
    return this.#clock.sleep(typicalMs);
  }

  serve(_port: number, methods: Readonly<Record<string, RpcHandler>>): RpcServer {
    this.serving = true;
    this.#methods = methods;
    return {
      close: () => {
        this.serving = false;
        if (this.#inFlight === 0) return Promise.resolve();
        return new Promise((resolve) => {
          this.#drained = resolve;
        });
      },
    };
  }

  call(): void {
    throw new Error('the collector calls nobody');
  }

  /** What a gateway does: one call into this pod. Time passes only when the test moves the clock. */
  ask(method: string, request: unknown, metadata: RpcMetadata, deadlineMs: number): Promise<RpcOutcome> {
    const handler = this.#methods[method];
    if (handler === undefined) throw new Error(`no method ${method}`);
    this.#inFlight++;
    return new Promise((resolve) => {
      handler({ method, metadata, request, deadlineMs }, (outcome) => {
        this.#inFlight--;
        if (!this.serving && this.#inFlight === 0) this.#drained();
        resolve(outcome);
      });
    });
  }

  counter(name: string, labels: Labels): { add(amount: number): void } {
    const key = `${name}${JSON.stringify(labels)}`;
    return { add: (amount) => this.counters.set(key, (this.counters.get(key) ?? 0) + amount) };
  }

  gauge(): never {
    throw new Error('the collector has no gauges');
  }

  /** Counts observations only. */
  histogram(name: string, labels: Labels): { observe(value: number): void } {
    const count = this.counter(`${name}_count`, labels);
    return { observe: () => count.add(1) };
  }

  event(event: SystemEvent): void {
    this.events.push(event);
  }

  eventsOf<K extends SystemEvent['kind']>(kind: K): Extract<SystemEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<SystemEvent, { kind: K }> => event.kind === kind);
  }
}
