import xxhash from 'xxhash-wasm';

// Loaded with the module, because instantiating it takes real time and a simulation must not wait for that.
const { h64 } = await xxhash();

/** xxHash64 with seed 0 (defender §4), its upper 53 bits: an exact integer that a double holds. */
export function hash53(text: string): number {
  return Number(h64(text, 0n) >> 11n);
}

/**
 * The points of `virtualNodes` virtual nodes for each member on a circle of 53-bit hashes. A unit belongs to the member of
 * the first point at or after its own hash.
 */
export class Ring {
  readonly #hashes: Float64Array;
  readonly #memberIndexes: Uint16Array;

  /** `members` ascending by name; points are made from names, so their order does not matter to anyone's place. */
  constructor(members: readonly string[], virtualNodes: number) {
    const points = members.length * virtualNodes;
    const hashes = new Float64Array(points);
    for (const [index, member] of members.entries()) {
      for (let node = 0; node < virtualNodes; node++) {
        hashes[index * virtualNodes + node] = hash53(`${member}#${node}`);
      }
    }
    const order = Uint32Array.from(hashes, (_hash, point) => point).sort(
      (a, b) => (hashes[a] ?? 0) - (hashes[b] ?? 0) || a - b,
    );
    this.#hashes = Float64Array.from(order, (point) => hashes[point] ?? 0);
    this.#memberIndexes = Uint16Array.from(order, (point) => Math.floor(point / virtualNodes));
  }

  /** Index of the member that owns the hash. The ring must have a member. */
  ownerIndex(hash: number): number {
    let low = 0;
    let high = this.#hashes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#hashes[middle] ?? 0) < hash) low = middle + 1;
      else high = middle;
    }
    return this.#memberIndexes[low === this.#hashes.length ? 0 : low] ?? 0;
  }
}
