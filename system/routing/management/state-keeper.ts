import type { Clock } from '../../ports/clock.ts';
import { PortError } from '../../ports/errors.ts';
import type { Store } from '../../ports/store.ts';
import type { Counter } from '../../ports/telemetry.ts';
import { parseState, type ManagementState } from './state.ts';

export const managementStoreKey = 'routing-management';

/** What a job makes of the state: the next one (the same object: nothing to write) and its answer. */
export interface Outcome<Answer> {
  readonly next: ManagementState;
  readonly answer: Answer;
}

interface Job {
  readonly urgency: number;
  readonly run: (state: ManagementState, nextRevision: number) => ManagementState;
  readonly settle: (durable: boolean) => void;
}

export interface StateKeeperSettings {
  readonly storeRetryMs: number;
  readonly storeAttempts: number;
}

/**
 * The one writer of Management's state. Jobs run one at a time, the most urgent first; each is durable before it is
 * answered and before anyone else sees its result. A job whose write fails is answered `undefined`, and the revision
 * it would have had is burnt: an ambiguous write may still land, and no two lists ever share a revision. A job that
 * waits for the store gives way to a more urgent one (delivery F10: a rollback pre-empts).
 *
 * Not modelled: a write that timed out and lands after a later one succeeded; the store has no compare-and-set.
 */
export class StateKeeper {
  readonly #clock: Clock;
  readonly #store: Store;
  readonly #settings: StateKeeperSettings;
  readonly #storeFailures: Counter;
  readonly #onCommitted: (state: ManagementState, before: ManagementState) => void;
  readonly #waiting: Job[] = [];
  #state: ManagementState;
  #highestRevision: number;
  #running = false;

  constructor(
    clock: Clock,
    store: Store,
    settings: StateKeeperSettings,
    storeFailures: Counter,
    state: ManagementState,
    onCommitted: (state: ManagementState, before: ManagementState) => void,
  ) {
    this.#clock = clock;
    this.#store = store;
    this.#settings = settings;
    this.#storeFailures = storeFailures;
    this.#state = state;
    this.#highestRevision = state.snapshot.revision;
    this.#onCommitted = onCommitted;
  }

  get state(): ManagementState {
    return this.#state;
  }

  /** Resolves to the job's answer when its result is durable; undefined where it could not be written. */
  submit<Answer>(
    urgency: number,
    decide: (state: ManagementState, nextRevision: number) => Outcome<Answer>,
  ): Promise<Answer | undefined> {
    const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
    let answer: Answer | undefined;
    this.#waiting.push({
      urgency,
      run: (state, nextRevision) => {
        const outcome = decide(state, nextRevision);
        answer = outcome.answer;
        return outcome.next;
      },
      settle: (durable) => resolve(durable ? answer : undefined),
    });
    if (!this.#running) void this.#drain();
    return promise;
  }

  async #drain(): Promise<void> {
    this.#running = true;
    for (let job = this.#takeMostUrgent(); job !== undefined; job = this.#takeMostUrgent()) {
      const before = this.#state;
      const next = job.run(before, this.#highestRevision + 1);
      if (next === before) {
        job.settle(true);
        continue;
      }
      this.#highestRevision = Math.max(this.#highestRevision, next.snapshot.revision);
      const durable = await this.#write(next, job.urgency);
      if (durable) {
        this.#state = next;
        this.#onCommitted(next, before);
      }
      job.settle(durable);
    }
    this.#running = false;
  }

  async #write(state: ManagementState, urgency: number): Promise<boolean> {
    const text = JSON.stringify(state);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#store.save(managementStoreKey, text);
        return true;
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        this.#storeFailures.add(1);
      }
      if (attempt >= this.#settings.storeAttempts) return false;
      await this.#clock.sleep(this.#settings.storeRetryMs);
      if (this.#waiting.some((job) => job.urgency < urgency)) return false;
    }
  }

  #takeMostUrgent(): Job | undefined {
    let best = 0;
    for (let index = 1; index < this.#waiting.length; index += 1) {
      if ((this.#waiting[index]?.urgency ?? 0) < (this.#waiting[best]?.urgency ?? 0)) best = index;
    }
    return this.#waiting.splice(best, 1)[0];
  }
}

/**
 * Reads the state, for as long as it takes; undefined where nothing was ever stored. Errors: what is stored is not
 * ours (starting over would move every tool, so a person must look).
 */
export async function loadState(
  clock: Clock,
  store: Store,
  settings: StateKeeperSettings,
): Promise<ManagementState | undefined> {
  for (;;) {
    try {
      const text = await store.load(managementStoreKey);
      if (text === undefined) return undefined;
      const state = parseState(text);
      if (state === undefined) throw new Error(`store: ${managementStoreKey} holds no state of Management`);
      return state;
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      await clock.sleep(settings.storeRetryMs);
    }
  }
}
