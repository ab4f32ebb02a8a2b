import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bestForm,
  inversePowersOfTen,
  maxExponent,
  powersOfTen,
  rangeBits,
} from '../../../../system/charts/mebo/alp-decimal.ts';

/** Integers in doubles up to where digits are misses, many of them beside a power of two. */
const digits = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc
    .tuple(fc.integer({ min: 0, max: 62 }), fc.integer({ min: -3, max: 3 }), fc.boolean())
    .map(([exponent, step, isNegative]) => {
      const size = 2 ** exponent;
      const near = size + step * Math.max(1, size / 2 ** 52);
      return isNegative ? -near : near;
    }),
  fc.double({ min: -9.2e18, max: 9.2e18, noNaN: true }).map((value) => Math.round(value)),
);

test('the width of a difference is that of the exact one', () => {
  fc.assert(
    fc.property(digits, digits, (one, other) => {
      const least = Math.min(one, other);
      const greatest = Math.max(one, other);
      const exact = BigInt(greatest) - BigInt(least);
      expect(rangeBits(least, greatest)).toBe(exact === 0n ? 0 : exact.toString(2).length);
    }),
    { numRuns: 20_000 },
  );
});

test.each([
  [-9.2e18, 9.2e18, 64],
  [-1, 2 ** 53, 54],
  [1, 2 ** 53, 53],
  [1, 2 ** 62, 62],
  [0, 2 ** 62, 63],
  [-1, 2 ** 62, 63],
])('from %d to %d it takes %d bits', (least, greatest, bits) => {
  expect(rangeBits(least, greatest)).toBe(bits);
});

/** What the search finds, by looking at every value for every candidate. */
function plainForm(sample: Float64Array): { exponent: number; factor: number } {
  let best = { exponent: 0, factor: 0, cost: Infinity };
  for (let exponent = 0; exponent <= maxExponent; exponent++) {
    for (let factor = 0; factor <= exponent; factor++) {
      const hits: number[] = [];
      for (const value of sample) {
        const scaled = value * (powersOfTen[exponent] ?? 1) * (inversePowersOfTen[factor] ?? 1);
        const digits = rounded(scaled);
        const back = digits * (powersOfTen[factor] ?? 1) * (inversePowersOfTen[exponent] ?? 1);
        if (Math.abs(digits) < 9.2e18 && back === value) hits.push(digits);
      }
      const misses = sample.length - hits.length;
      const bits = hits.length === 0 ? 0 : rangeBits(Math.min(...hits), Math.max(...hits));
      const cost = sample.length * bits + 96 * misses;
      if (cost < best.cost) best = { exponent, factor, cost };
    }
  }
  return { exponent: best.exponent, factor: best.factor };
}

/** Ties to even below 2⁵¹, away from zero above. */
function rounded(scaled: number): number {
  const size = Math.abs(scaled);
  if (size >= 2 ** 51) return size < 2 ** 52 ? Math.sign(scaled) * Math.floor(size + 0.5) : scaled;
  const below = Math.floor(scaled);
  const rest = scaled - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

const decimal = fc
  .record({
    digits: fc.integer({ min: -(10 ** 9), max: 10 ** 9 }),
    places: fc.integer({ min: -3, max: 17 }),
    isOff: fc.nat(20),
  })
  .map(({ digits, places, isOff }) => {
    const value = places < 0 ? digits * 10 ** -places : digits / 10 ** places;
    // The next double but a few: a decimal to the eye, and none.
    return isOff === 0 ? value * (1 + 2 ** -50) : value;
  });
const ofPlaces = (places: number): fc.Arbitrary<number> =>
  fc.integer({ min: -(10 ** 7), max: 10 ** 7 }).map((digits) => digits / 10 ** places);
const samples = fc.oneof(
  fc.array(decimal, { maxLength: 40 }),
  fc
    .integer({ min: 0, max: 16 })
    .chain((places) => fc.array(ofPlaces(places), { minLength: 1, maxLength: 40 })),
  fc.array(fc.oneof(ofPlaces(2), fc.double()), { minLength: 1, maxLength: 40 }),
);

test('the form is the first of least cost among all', () => {
  fc.assert(
    fc.property(samples, (values) => {
      const sample = Float64Array.from(values);
      expect(bestForm(sample)).toEqual(plainForm(sample));
    }),
    { numRuns: 2_000 },
  );
});
