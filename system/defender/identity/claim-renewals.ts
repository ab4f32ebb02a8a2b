import { fitsWallDigits, wallDigits, writeWallDigits } from '../wall-digits.ts';
import { encodeClaim, type Claim } from './claim.ts';

const renewalsAtOnce = 32;
const decoder = new TextDecoder();
const field = '"renewedMs":';

/**
 * The bytes of one claim renewed again and again, equal to those of `encodeClaim`: only the time of the renewal changes,
 * so that it alone is written, into copies that are made in batches.
 */
export class ClaimRenewals {
  readonly #claim: Claim;
  readonly #template: Uint8Array;
  /** Where the time begins. */
  readonly #offset: number;
  #batch = new Uint8Array(0);
  #used = 0;

  constructor(claim: Claim) {
    this.#claim = claim;
    this.#template = encodeClaim({ ...claim, renewedMs: 10 ** (wallDigits - 1) });
    // Quotes inside a text are escaped, so that the field's name stands where the field is.
    const before = decoder.decode(this.#template).split(field)[0] ?? '';
    this.#offset = new TextEncoder().encode(before).length + field.length;
  }

  at(renewedMs: number): Uint8Array {
    if (!fitsWallDigits(renewedMs)) return encodeClaim({ ...this.#claim, renewedMs });
    const { length } = this.#template;
    if (this.#used + length > this.#batch.length) {
      this.#batch = new Uint8Array(length * renewalsAtOnce);
      for (let copy = 0; copy < renewalsAtOnce; copy++) this.#batch.set(this.#template, copy * length);
      this.#used = 0;
    }
    const bytes = this.#batch.subarray(this.#used, this.#used + length);
    this.#used += length;
    writeWallDigits(bytes, this.#offset, renewedMs);
    return bytes;
  }
}
