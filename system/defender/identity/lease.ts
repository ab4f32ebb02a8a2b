import type { KeyValue, KeyValueEntry } from '../../ports/key-value.ts';
import { hasCode, passPortError } from '../retry.ts';

/**
 * `lost`: the key is another's now. `unknown`: nothing can be said, the write may or may not have happened.
 */
export type RenewalOutcome = 'renewed' | 'lost' | 'unknown';

/**
 * One key that this process holds by compare-and-set on its revision. A write that timed out may have happened, so a
 * conflict after it is looked into: it may be with oneself.
 */
export class Lease {
  readonly key: string;
  readonly #bucket: KeyValue;
  readonly #isMine: (value: Uint8Array) => boolean;
  #revision: number;
  #inDoubt = false;
  #attempts = 0;

  constructor(bucket: KeyValue, key: string, revision: number, isMine: (value: Uint8Array) => boolean) {
    this.#bucket = bucket;
    this.key = key;
    this.#revision = revision;
    this.#isMine = isMine;
  }

  get revision(): number {
    return this.#revision;
  }

  /**
   * Writes `value`. With `othersMayWrite` (a reservation on a claim that drains) a conflict is always looked into;
   * `adopted` is then called with what was found. Rejects only for a bug.
   */
  async renew(
    value: Uint8Array,
    othersMayWrite: boolean,
    adopted?: (entry: KeyValueEntry) => void,
  ): Promise<RenewalOutcome> {
    const wasSure = !this.#inDoubt;
    const attempt = ++this.#attempts;
    const expected = this.#revision;
    this.#inDoubt = true;
    try {
      const revision = await this.#bucket.update(this.key, value, expected);
      this.#adopt(revision);
      return 'renewed';
    } catch (error) {
      passPortError(error);
      if (!hasCode(error, 'wrong-revision')) return 'unknown';
      // Another renewal of ours got through in the meantime, which explains the conflict.
      if (this.#revision > expected) return 'renewed';
      if (wasSure && attempt === this.#attempts && !othersMayWrite) return 'lost';
      return this.#examine(adopted);
    }
  }

  async #examine(adopted: ((entry: KeyValueEntry) => void) | undefined): Promise<RenewalOutcome> {
    let entry: KeyValueEntry | undefined;
    try {
      entry = await this.#bucket.get(this.key);
    } catch (error) {
      passPortError(error);
      return 'unknown';
    }
    if (entry === undefined || !this.#isMine(entry.value)) return 'lost';
    if (entry.revision <= this.#revision) return 'unknown';
    this.#adopt(entry.revision);
    adopted?.(entry);
    return 'renewed';
  }

  #adopt(revision: number): void {
    this.#inDoubt = false;
    if (revision > this.#revision) this.#revision = revision;
  }
}
