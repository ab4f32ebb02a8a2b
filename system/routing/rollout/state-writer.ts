import type { Clock } from '../../ports/clock.ts';
import { PortError } from '../../ports/errors.ts';
import type { Store } from '../../ports/store.ts';
import { initialRolloutState, parseRolloutState, type RolloutState } from './state.ts';

const rolloutStoreKey = 'rollout';

/** Writes states in the order in which they came to be; where several wait, only the newest is written. */
export class StateWriter {
  readonly #clock: Clock;
  readonly #store: Store;
  readonly #retryMs: number;
  #wanted: RolloutState | undefined;
  #writing: Promise<void> | undefined;

  constructor(clock: Clock, store: Store, retryMs: number) {
    this.#clock = clock;
    this.#store = store;
    this.#retryMs = retryMs;
  }

  /**
   * What was stored last. Errors: what is stored is not ours (starting over could promote or scale down twice, so a
   * person must look).
   */
  async load(): Promise<RolloutState> {
    for (;;) {
      try {
        const text = await this.#store.load(rolloutStoreKey);
        if (text === undefined) return initialRolloutState;
        const state = parseRolloutState(text);
        if (state === undefined) throw new Error(`store: ${rolloutStoreKey} holds no state of the rollout`);
        return state;
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        await this.#clock.sleep(this.#retryMs);
      }
    }
  }

  /** Resolves when this state, or one that replaced it, is durable; however long the store takes. */
  write(state: RolloutState): Promise<void> {
    this.#wanted = state;
    this.#writing ??= this.#drain();
    return this.#writing;
  }

  async #drain(): Promise<void> {
    for (let state = this.#wanted; state !== undefined; state = this.#wanted) {
      try {
        await this.#store.save(rolloutStoreKey, JSON.stringify(state));
        if (this.#wanted === state) this.#wanted = undefined;
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        await this.#clock.sleep(this.#retryMs);
      }
    }
    this.#writing = undefined;
  }
}
