import type { Clock, Timer } from '../../../../system/ports/clock.ts';
import type { Process } from '../../../../system/ports/process.ts';
import type { Random } from '../../../../system/ports/random.ts';
import type { VirtualTime } from './virtual-time.ts';

const epochMs = 1_790_000_000_000;

/** A process on virtual time that can be killed, frozen and told to end; what is bound to it dies with it. */
export class FakeProcess implements Process, Clock, Random {
  readonly name: string;
  readonly uid: string;
  readonly environment = {};
  readonly #time: VirtualTime;
  #state: 'running' | 'frozen' | 'dead' = 'running';
  #inbox: (() => void)[] = [];
  #terminate: () => void = () => undefined;
  #seed: number;
  /** Offset of this process's wall clock. */
  wallOffsetMs = 0;
  isReady = false;
  exitCode: number | undefined;

  constructor(time: VirtualTime, name: string, seed: number) {
    this.#time = time;
    this.name = name;
    this.uid = `uid-${name}`;
    this.#seed = seed + 1;
  }

  get isAlive(): boolean {
    return this.#state !== 'dead';
  }

  /** Runs it in this process: now, after the freeze, or never. */
  run(callback: () => void): void {
    switch (this.#state) {
      case 'running':
        callback();
        return;
      case 'frozen':
        this.#inbox.push(callback);
        return;
      case 'dead':
        return;
    }
  }

  kill(): void {
    this.#state = 'dead';
    this.#inbox = [];
  }

  freeze(): void {
    this.#state = 'frozen';
  }

  thaw(): void {
    this.#state = 'running';
    for (const callback of this.#inbox.splice(0)) this.run(callback);
  }

  terminate(): void {
    this.run(this.#terminate);
  }

  onTerminate(handler: () => void): void {
    this.#terminate = handler;
  }

  setReady(ready: boolean): void {
    this.isReady = ready;
  }

  setAlive(): void {
    // Nothing of the Defender answers the liveness probe.
  }

  exit(code: number): void {
    this.exitCode = code;
    this.kill();
  }

  work(_stage: string, typicalMs: number): Promise<void> {
    return this.sleep(typicalMs);
  }

  wallMs(): number {
    return epochMs + Math.floor(this.#time.nowMs) + this.wallOffsetMs;
  }

  wallUs(): number {
    return this.wallMs() * 1000;
  }

  monotonicMs(): number {
    return this.#time.nowMs;
  }

  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(durationMs, resolve);
    });
  }

  after(durationMs: number, callback: () => void): Timer {
    return this.#time.schedule(durationMs, () => {
      this.run(callback);
    });
  }

  every(periodMs: number, callback: () => void): Timer {
    let isCancelled = false;
    let timer: Timer | undefined;
    const next = (): void => {
      timer = this.#time.schedule(periodMs, () => {
        if (isCancelled || !this.isAlive) return;
        this.run(callback);
        next();
      });
    };
    next();
    return {
      cancel: () => {
        isCancelled = true;
        timer?.cancel();
      },
    };
  }

  uint32(): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#seed;
  }

  float(): number {
    return this.uint32() / 2 ** 32;
  }

  integer(low: number, high: number): number {
    return low + Math.floor(this.float() * (high - low + 1));
  }
}
