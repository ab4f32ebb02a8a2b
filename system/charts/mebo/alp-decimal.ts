import { HIGH, wordsOf } from './metric.ts';

/** The literal doubles: `1 / 10 ** e` is not always the double nearest to 10⁻ᵉ. */
export const powersOfTen = Float64Array.of(
  1,
  1e1,
  1e2,
  1e3,
  1e4,
  1e5,
  1e6,
  1e7,
  1e8,
  1e9,
  1e10,
  1e11,
  1e12,
  1e13,
  1e14,
  1e15,
  1e16,
  1e17,
  1e18,
);
export const inversePowersOfTen = Float64Array.of(
  1,
  1e-1,
  1e-2,
  1e-3,
  1e-4,
  1e-5,
  1e-6,
  1e-7,
  1e-8,
  1e-9,
  1e-10,
  1e-11,
  1e-12,
  1e-13,
  1e-14,
  1e-15,
  1e-16,
  1e-17,
  1e-18,
);
export const maxExponent = powersOfTen.length - 1;

const twoTo51 = 2 ** 51;
const twoTo52 = 2 ** 52;
const twoTo32 = 2 ** 32;
const roundingMagic = 1.5 * twoTo52;
/** Digits from here on are misses, so that the rest fits an int64. */
const maxDigits = 9.2e18;
const missBits = 96;
const eightRoundings = 8 * 2 ** -53;

/** How a column looks as decimals: `value = digits * 10^factor * 10^-exponent`. */
export interface DecimalForm {
  readonly exponent: number;
  readonly factor: number;
}

/** To the nearest integer: ties to even below 2⁵¹, away from zero above, as the Go encoder does (mebo-format §3.3, step 3). */
function round(scaled: number): number {
  const size = Math.abs(scaled);
  if (size < twoTo51) return scaled + roundingMagic - roundingMagic;
  // From 2⁵² on every double is an integer, and NaN and infinities stay what they are.
  if (!(size < twoTo52)) return scaled;
  return scaled < 0 ? -Math.floor(size + 0.5) : Math.floor(size + 0.5);
}

/** Width in bits of an unsigned 64-bit difference of two integers. */
export function rangeBits(least: number, greatest: number): number {
  const range = greatest - least;
  if (range < twoTo32) return 32 - Math.clz32(range);
  const high = range / twoTo32;
  const highBits = 32 - Math.clz32(high);
  // From 2⁵³ on the difference is rounded, which is of no account unless it was rounded up to a power of two.
  if (range < 2 * twoTo52 || high !== 2 ** (highBits - 1)) return 32 + highBits;
  return (BigInt(greatest) - BigInt(least)).toString(2).length;
}

/** What the last column was best written as: neighbours are often alike. It decides how fast a search is, never what it finds. */
let guess: DecimalForm = { exponent: 2, factor: 0 };

/**
 * The form that the Go encoder picks for a sample: the first of least cost over all exponents, and all factors up to the
 * exponent, each miss costing as much as an exception. A candidate is left as soon as it cannot win any more, which comes
 * soonest where the least and the greatest value are the first two of the sample.
 */
export function bestForm(sample: Float64Array): DecimalForm {
  // No candidate that costs more than another, wherever that one stands, can be the first of least cost.
  const bound = costOf(sample, guess.exponent, guess.factor, Infinity) + 1;
  const decimals = leastDecimals(sample, bound);
  let best = Infinity;
  let exponent = 0;
  let factor = 0;
  for (let e = 0; e <= maxExponent; e++) {
    for (let f = 0; f <= e - decimals; f++) {
      const cost = costOf(sample, e, f, Math.min(best, bound));
      if (cost < best) {
        best = cost;
        exponent = e;
        factor = f;
      }
    }
  }
  guess = { exponent, factor };
  return guess;
}

/**
 * The least difference of exponent and factor at which misses alone do not cost `limit`. A value that is no decimal of so
 * many places within eight roundings is a miss at every exponent with that difference: three of them lie between digits
 * and the value that they come back as, and one here.
 */
function leastDecimals(sample: Float64Array, limit: number): number {
  let decimals = 0;
  for (; decimals < maxExponent; decimals++) {
    const up = powersOfTen[decimals] ?? 1;
    let cost = 0;
    for (let i = 0; i < sample.length && cost < limit; i++) {
      const scaled = (sample[i] ?? 0) * up;
      if (Math.abs(scaled - round(scaled)) > Math.abs(scaled) * eightRoundings) cost += missBits;
    }
    if (cost < limit) break;
  }
  return decimals;
}

/** In bits; Infinity where it is known to be `limit` or more. */
function costOf(sample: Float64Array, exponent: number, factor: number, limit: number): number {
  const up = powersOfTen[exponent] ?? 1;
  const down = inversePowersOfTen[factor] ?? 1;
  const backUp = powersOfTen[factor] ?? 1;
  const backDown = inversePowersOfTen[exponent] ?? 1;
  const count = sample.length;
  let misses = 0;
  let least = Infinity;
  let greatest = -Infinity;
  let cost = 0;
  for (let i = 0; i < count; i++) {
    const value = sample[i] ?? 0;
    const digits = round(value * up * down);
    if (!(Math.abs(digits) < maxDigits) || digits * backUp * backDown !== value) {
      misses++;
      cost += missBits;
    } else if (digits < least || digits > greatest) {
      if (digits < least) least = digits;
      if (digits > greatest) greatest = digits;
      cost = count * rangeBits(least, greatest) + missBits * misses;
    } else {
      continue;
    }
    if (cost >= limit) return Infinity;
  }
  return cost;
}

/** A whole column in one form. */
export interface DecimalColumn {
  /** Greatest lower bound of the digits that are hits; meaningless where there is none. */
  readonly least: number;
  readonly width: number;
  readonly exceptionCount: number;
}

/** Fills `digits` for all values that come back bit for bit, and `exceptions` with the places of the others. */
export function toDigits(
  values: Float64Array,
  form: DecimalForm,
  digits: Float64Array,
  exceptions: Uint32Array,
): DecimalColumn {
  const up = powersOfTen[form.exponent] ?? 1;
  const down = inversePowersOfTen[form.factor] ?? 1;
  const backUp = powersOfTen[form.factor] ?? 1;
  const backDown = inversePowersOfTen[form.exponent] ?? 1;
  const words = wordsOf(values);
  let least = Infinity;
  let greatest = -Infinity;
  let exceptionCount = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const rounded = round(value * up * down);
    // Digits never give -0, which is equal to 0 but not the same bits.
    const isHit =
      Math.abs(rounded) < maxDigits &&
      rounded * backUp * backDown === value &&
      (value !== 0 || (words[2 * i + HIGH] ?? 0) >= 0);
    if (!isHit) {
      exceptions[exceptionCount++] = i;
      continue;
    }
    digits[i] = rounded;
    if (rounded < least) least = rounded;
    if (rounded > greatest) greatest = rounded;
  }
  const width = exceptionCount === values.length ? 0 : rangeBits(least, greatest);
  return { least, width, exceptionCount };
}
