import { runContinuations } from './continuations.ts';
import { EventQueue, type EventHandle } from './event-queue.ts';
import { Fingerprint } from './fingerprint.ts';
import { enterSimulation, leaveSimulation, takeOffence } from './guard.ts';
import { RandomStream } from './random-stream.ts';
import { SimulationError } from './simulation-error.ts';

export interface KernelOptions {
  readonly seed: bigint;
  /** Events at one moment of virtual time after which the run is taken for a loop. */
  readonly maxEventsPerMoment?: number;
  /** Calls of ports between two events after which the run is taken for a loop. */
  readonly maxWakesPerEvent?: number;
  readonly maxEvents?: number;
}

/** Sees every event; it observes and never schedules. */
export type TraceSink = (timeUs: number, sequence: number, label: string) => void;

/** Fingerprint after `events` events: two runs are compared checkpoint by checkpoint to find where they part. */
export interface Checkpoint {
  readonly events: number;
  readonly timeUs: number;
  readonly digest: string;
}

/** Events executed before the thread is given back. */
const sliceEvents = 16_384;
const checkpointEvents = 65_536;
const realImmediate = globalThis.setImmediate;

/** Virtual time, one queue of events, seeded chance, a fingerprint: the one source of each in a simulation. */
export class Kernel {
  readonly seed: bigint;
  readonly fingerprint: Fingerprint = new Fingerprint();
  /** Microseconds since the start of the simulation. */
  nowUs = 0;
  /** Events executed. */
  events = 0;
  readonly checkpoints: Checkpoint[] = [];

  readonly #queue = new EventQueue();
  readonly #maxEventsPerMoment: number;
  readonly #maxWakesPerEvent: number;
  readonly #maxEvents: number;
  #woken = false;
  #wakes = 0;
  #momentEvents = 0;
  #failure: SimulationError | undefined;
  #trace: TraceSink | undefined;
  #stopping = false;

  constructor(options: KernelOptions) {
    this.seed = options.seed;
    this.#maxEventsPerMoment = options.maxEventsPerMoment ?? 2_000_000;
    this.#maxWakesPerEvent = options.maxWakesPerEvent ?? 1_000_000;
    this.#maxEvents = options.maxEvents ?? Infinity;
  }

  stream(subsystem: string, entity: string | number): RandomStream {
    return new RandomStream(this.seed, subsystem, entity);
  }

  /** `timeUs` is absolute and not in the past. The callback gets the two values: no closure is needed. */
  at<A, B>(timeUs: number, callback: (first: A, second: B) => void, first: A, second: B): EventHandle {
    return this.#queue.push(timeUs < this.nowUs ? this.nowUs : Math.round(timeUs), callback, first, second);
  }

  after<A, B>(delayUs: number, callback: (first: A, second: B) => void, first: A, second: B): EventHandle {
    return this.#queue.push(this.nowUs + Math.max(0, Math.round(delayUs)), callback, first, second);
  }

  cancel(handle: EventHandle): boolean {
    return this.#queue.cancel(handle);
  }

  /** Events waiting. */
  get pending(): number {
    return this.#queue.size;
  }

  /** Ports call this when they settle a promise of the system: the loop then lets its continuations run first. */
  wake(): void {
    this.#woken = true;
    if (++this.#wakes > this.#maxWakesPerEvent) {
      this.fail(
        new SimulationError(`${this.#wakes} promises settled without an event between them`, 'no-progress'),
      );
      throw this.#failure;
    }
  }

  /** Ends the run at the next step; the first failure counts. */
  fail(error: SimulationError): void {
    this.#failure ??= error;
  }

  get failure(): SimulationError | undefined {
    return this.#failure;
  }

  /** Makes `run` return after the present event. */
  stop(): void {
    this.#stopping = true;
  }

  traceTo(sink: TraceSink | undefined): void {
    this.#trace = sink;
  }

  /**
   * Runs all events up to and including `untilUs`. Between slices it gives the thread back, so that signals come
   * through. A rejection that nobody handles ends the run with the event that caused it, as it ends a process of Node.
   * Throws the `SimulationError` that ended the run, if one did.
   */
  async run(untilUs: number, betweenSlices?: () => void): Promise<void> {
    const rejected = (reason: unknown): void => {
      const cause = reason instanceof SimulationError ? reason : undefined;
      this.fail(
        cause ??
          new SimulationError(`unhandled rejection: ${describe(reason)}`, 'unhandled-rejection', {
            cause: reason,
          }),
      );
    };
    process.on('unhandledRejection', rejected);
    this.#stopping = false;
    try {
      let more = true;
      while (more && this.#failure === undefined) {
        more = await this.#slice(untilUs);
        betweenSlices?.();
      }
    } finally {
      process.off('unhandledRejection', rejected);
    }
    const offence = takeOffence();
    if (offence !== undefined) this.#failure ??= offence;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /**
   * Resolves when a slice of events, or all until `untilUs`, are executed; false where none is left. It begins in a callback
   * of its own: continuations cannot be run from within one.
   */
  #slice(untilUs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      realImmediate(() => {
        enterSimulation();
        try {
          // What started outside an event (the set-up of components) must settle before the first event.
          if (this.#woken) this.#settle();
          resolve(this.#runEvents(untilUs));
        } catch (error) {
          reject(error);
        } finally {
          leaveSimulation();
        }
      });
    });
  }

  /** The boundary after an event that resumed a promise: every continuation runs before the next event. */
  #settle(): void {
    this.#woken = false;
    this.#wakes = 0;
    runContinuations();
  }

  #runEvents(untilUs: number): boolean {
    const queue = this.#queue;
    for (let left = sliceEvents; left > 0 && this.#failure === undefined; left--) {
      const timeUs = queue.nextTime();
      if (this.#stopping) return false;
      if (timeUs > untilUs) {
        this.nowUs = untilUs;
        return false;
      }
      queue.pop();
      try {
        this.#account(timeUs);
        queue.callback(queue.first, queue.second);
      } catch (error) {
        this.fail(
          error instanceof SimulationError
            ? error
            : new SimulationError(`an event threw: ${describe(error)}`, 'crash', { cause: error }),
        );
      }
      if (this.#woken) this.#settle();
    }
    return this.#failure === undefined;
  }

  #account(timeUs: number): void {
    const queue = this.#queue;
    if (timeUs > this.nowUs) {
      this.nowUs = timeUs;
      this.#momentEvents = 0;
    } else if (++this.#momentEvents > this.#maxEventsPerMoment) {
      this.fail(
        new SimulationError(
          `${this.#momentEvents} events at ${timeUs} µs without the clock moving, the last one ${queue.callback.name}`,
          'no-progress',
        ),
      );
    }
    this.events++;
    if (this.events > this.#maxEvents) {
      this.fail(new SimulationError(`the limit of ${this.#maxEvents} events was reached`, 'limit'));
    }
    const fingerprint = this.fingerprint;
    fingerprint.foldNumber(timeUs);
    fingerprint.foldInteger(queue.sequence);
    if (this.events % checkpointEvents === 0) {
      this.checkpoints.push({ events: this.events, timeUs, digest: fingerprint.digest() });
    }
    if (this.#trace !== undefined) this.#trace(timeUs, queue.sequence, queue.callback.name);
  }
}

function describe(reason: unknown): string {
  return reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
}
