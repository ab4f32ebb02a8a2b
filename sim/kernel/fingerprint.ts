const scratchFloat = new Float64Array(1);
const scratchWords = new Uint32Array(scratchFloat.buffer);

/** A rolling 64-bit hash over all that happened, in order. Equal runs have equal fingerprints at every step. */
export class Fingerprint {
  #high = 0x243f6a88;
  #low = 0x85a308d3;

  /** Folds a 32-bit integer. */
  foldInteger(value: number): void {
    const low = Math.imul(this.#low ^ value, 0xcc9e2d51);
    this.#low = ((low << 15) | (low >>> 17)) + this.#high;
    const high = Math.imul(this.#high + this.#low, 0x1b873593);
    this.#high = high ^ (high >>> 13);
  }

  /** Folds any number by its exact bits. */
  foldNumber(value: number): void {
    scratchFloat[0] = value;
    this.foldInteger(scratchWords[0] as number);
    this.foldInteger(scratchWords[1] as number);
  }

  foldText(text: string): void {
    let hash = text.length;
    for (let index = 0; index < text.length; index++)
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    this.foldInteger(hash);
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
    return hex(this.#high) + hex(this.#low);
  }
}
