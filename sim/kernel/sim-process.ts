import type { Clock, Timer } from '../../system/ports/clock.ts';
import type { EventHandle } from './event-queue.ts';
import type { HostClock } from './host-clock.ts';
import type { Kernel } from './kernel.ts';
import type { RandomStream } from './random-stream.ts';

export type ProcessState = 'running' | 'frozen' | 'dead';

type Task = {
  readonly callback: (first: unknown, second: unknown) => void;
  readonly first: unknown;
  readonly second: unknown;
};

/**
 * One process: what runs in it goes through `run`, `deferred` and its clock. A dead process never resumes: its
 * timers and promises are gone. A frozen one (SIGSTOP) keeps what arrives and catches up when it is resumed.
 */
export class SimProcess implements Clock {
  readonly kernel: Kernel;
  readonly name: string;
  readonly uid: string;
  readonly hostClock: HostClock;
  readonly random: RandomStream;
  #state: ProcessState = 'running';
  #stateSinceUs: number;
  #inbox: Task[] = [];
  #endHandlers: (() => void)[] = [];
  readonly #startUs: number;

  constructor(kernel: Kernel, name: string, uid: string, hostClock: HostClock) {
    this.kernel = kernel;
    this.name = name;
    this.uid = uid;
    this.hostClock = hostClock;
    this.random = kernel.stream('process', uid);
    this.#startUs = kernel.nowUs;
    this.#stateSinceUs = kernel.nowUs;
  }

  /** When the present state began: an elided peer asks how long a frozen process has been silent. */
  get stateSinceUs(): number {
    return this.#stateSinceUs;
  }

  get state(): ProcessState {
    return this.#state;
  }

  get alive(): boolean {
    return this.#state !== 'dead';
  }

  /** Runs it now, keeps it while the process is frozen, drops it when the process is dead. */
  run<A, B>(callback: (first: A, second: B) => void, first: A, second: B): void {
    switch (this.#state) {
      case 'running':
        callback(first, second);
        return;
      case 'frozen':
        this.#inbox.push({ callback: callback as Task['callback'], first, second });
        return;
      case 'dead':
        return;
    }
  }

  /** A promise of this process: settling it resumes the process, or does nothing once it is dead. */
  deferred<T>(): Deferred<T> {
    return new Deferred<T>(this);
  }

  /** Called when the process dies, in the order of registration: the world closes connections and frees what it held. */
  onEnd(handler: () => void): void {
    this.#endHandlers.push(handler);
  }

  kill(): void {
    if (this.#state === 'dead') return;
    this.#state = 'dead';
    this.#stateSinceUs = this.kernel.nowUs;
    this.#inbox = [];
    const handlers = this.#endHandlers;
    this.#endHandlers = [];
    for (const handler of handlers) handler();
  }

  freeze(): void {
    if (this.#state !== 'running') return;
    this.#state = 'frozen';
    this.#stateSinceUs = this.kernel.nowUs;
  }

  resume(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'running';
    this.#stateSinceUs = this.kernel.nowUs;
    const inbox = this.#inbox;
    this.#inbox = [];
    if (inbox.length > 0) this.kernel.wake();
    for (const task of inbox) this.run(task.callback, task.first, task.second);
  }

  wallMs(): number {
    return Math.floor(this.hostClock.wallUs() / 1000);
  }

  wallUs(): number {
    return this.hostClock.wallUs();
  }

  monotonicMs(): number {
    const elapsedUs = this.kernel.nowUs - this.#startUs;
    return Math.floor((elapsedUs + (elapsedUs * this.hostClock.driftPpm) / 1e6) / 1000);
  }

  sleep(durationMs: number): Promise<void> {
    const deferred = this.deferred<void>();
    this.kernel.after(this.#trueUs(durationMs), fireDeferred, deferred, undefined);
    return deferred.promise;
  }

  after(durationMs: number, callback: () => void): Timer {
    return new OneShot(this, this.#trueUs(durationMs), callback);
  }

  every(periodMs: number, callback: () => void): Timer {
    return new Periodic(this, this.#trueUs(periodMs), callback);
  }

  #trueUs(durationMs: number): number {
    return (durationMs * 1000) / (1 + this.hostClock.driftPpm / 1e6);
  }
}

function fireDeferred(deferred: Deferred<void>): void {
  deferred.resolve();
}

function invoke(callback: () => void): void {
  callback();
}

class OneShot implements Timer {
  readonly #process: SimProcess;
  readonly #callback: () => void;
  readonly #handle: EventHandle;

  constructor(process: SimProcess, delayUs: number, callback: () => void) {
    this.#process = process;
    this.#callback = callback;
    this.#handle = process.kernel.after(delayUs, OneShot.#fire, this, undefined);
  }

  cancel(): void {
    this.#process.kernel.cancel(this.#handle);
  }

  static #fire(timer: OneShot): void {
    // A callback may start promise chains of its own, which must run before the next event.
    if (timer.#process.state === 'running') timer.#process.kernel.wake();
    timer.#process.run(invoke, timer.#callback, undefined);
  }
}

class Periodic implements Timer {
  readonly #process: SimProcess;
  readonly #callback: () => void;
  readonly #periodUs: number;
  #handle: EventHandle;
  #cancelled = false;
  #waiting = false;

  constructor(process: SimProcess, periodUs: number, callback: () => void) {
    this.#process = process;
    this.#periodUs = Math.max(1, periodUs);
    this.#callback = callback;
    this.#handle = process.kernel.after(this.#periodUs, Periodic.#fire, this, undefined);
  }

  cancel(): void {
    this.#cancelled = true;
    this.#process.kernel.cancel(this.#handle);
  }

  static #fire(timer: Periodic): void {
    const process = timer.#process;
    if (timer.#cancelled || !process.alive) return;
    timer.#handle = process.kernel.after(timer.#periodUs, Periodic.#fire, timer, undefined);
    // A frozen process finds one due tick when it wakes, not one for every period it missed.
    if (timer.#waiting) return;
    timer.#waiting = true;
    if (process.state === 'running') process.kernel.wake();
    process.run(Periodic.#tick, timer, undefined);
  }

  static #tick(timer: Periodic): void {
    timer.#waiting = false;
    if (!timer.#cancelled) timer.#callback();
  }
}

/** A promise that belongs to a process. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  readonly #process: SimProcess;
  #resolve!: (value: T) => void;
  #reject!: (reason: Error) => void;
  #settled = false;

  constructor(process: SimProcess) {
    this.#process = process;
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get settled(): boolean {
    return this.#settled;
  }

  resolve(value: T): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#process.run(Deferred.#fulfil<T>, this, value);
  }

  reject(reason: Error): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#process.run(Deferred.#fail<T>, this, reason);
  }

  static #fulfil<T>(deferred: Deferred<T>, value: T): void {
    deferred.#process.kernel.wake();
    deferred.#resolve(value);
  }

  static #fail<T>(deferred: Deferred<T>, reason: Error): void {
    deferred.#process.kernel.wake();
    deferred.#reject(reason);
  }
}
