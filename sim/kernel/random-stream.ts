import type { Random } from '../../system/ports/random.ts';

/** One step of a 32-bit finaliser with full avalanche; used to turn names and seeds into generator states. */
export function mix32(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** 32-bit hash of a text, one UTF-16 unit after the other. */
export function hashText(text: string, start = 0x811c9dc5): number {
  let hash = start | 0;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return mix32(hash);
}

/**
 * One independent stream of chance: xoshiro128**, 128 bits of state, integers only in its core. Streams are keyed by
 * seed, subsystem and entity, so that one more draw in one place shifts no other (DESIGN, determinism 1; dst §6.4).
 */
export class RandomStream implements Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spareNormal: number | undefined;

  constructor(seed: bigint, subsystem: string, entity: string | number) {
    const low = Number(seed & 0xffffffffn);
    const high = Number((seed >> 32n) & 0xffffffffn);
    const name = hashText(`${subsystem}\u0000${entity}`);
    this.#a = mix32(low ^ name);
    this.#b = mix32(high + Math.imul(name, 0x9e3779b1));
    this.#c = mix32(this.#a + 0x85ebca6b + hashText(subsystem, name));
    this.#d = mix32(this.#b ^ 0xc2b2ae35 ^ hashText(String(entity), low)) | 1;
    for (let warmUp = 0; warmUp < 8; warmUp++) this.uint32();
  }

  uint32(): number {
    const product = Math.imul(this.#b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  float(): number {
    return ((this.uint32() >>> 5) * 67_108_864 + (this.uint32() >>> 6)) / 9_007_199_254_740_992;
  }

  integer(low: number, high: number): number {
    const span = high - low + 1;
    if (span <= 0x100000000) {
      const limit = 0x100000000 - (0x100000000 % span);
      let draw = this.uint32();
      while (draw >= limit) draw = this.uint32();
      return low + (draw % span);
    }
    return low + Math.floor(this.float() * span);
  }

  chance(probability: number): boolean {
    return probability > 0 && this.float() < probability;
  }

  /** Standard normal, by the polar method. */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.float() - 1;
      const y = 2 * this.float() - 1;
      const square = x * x + y * y;
      if (square < 1 && square > 0) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        this.#spareNormal = y * factor;
        return x * factor;
      }
    }
  }

  /** Log-normal with the given median and sigma of the logarithm. */
  logNormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal());
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.float());
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.integer(0, items.length - 1)];
    if (item === undefined) throw new RangeError('pick from an empty list');
    return item;
  }

  /** Shuffles in place (Fisher–Yates). */
  shuffle<T>(items: T[]): T[] {
    for (let index = items.length - 1; index > 0; index--) {
      const other = this.integer(0, index);
      const held = items[index] as T;
      items[index] = items[other] as T;
      items[other] = held;
    }
    return items;
  }
}
