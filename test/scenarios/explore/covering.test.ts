import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RandomStream } from '../../../sim/kernel/index.ts';
import { coverPairs } from '../../../scenarios/explore/covering.ts';

test('every two values of different factors stand together in a row', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 5 }),
      fc.bigInt({ min: 0n, max: 1000n }),
      (sizes, seed) => {
        const rows = coverPairs(sizes, new RandomStream(seed, 'test', 'rows'));
        sizes.forEach((size, left) => {
          for (let right = left + 1; right < sizes.length; right++) {
            const seen = new Set(rows.map((row) => `${row[left]} ${row[right]}`));
            expect(seen.size).toBe(size * (sizes[right] ?? 0));
          }
        });
        const product = sizes.reduce((all, size) => all * size, 1);
        expect(rows.length).toBeLessThanOrEqual(product);
      },
    ),
    { numRuns: 100 },
  );
});

test('far fewer rows than the product, and the same ones for the same seed', () => {
  const rows = (): readonly (readonly number[])[] =>
    coverPairs([40, 4, 3, 3], new RandomStream(1n, 'test', 'rows'));
  expect(rows().length).toBeLessThan(40 * 4 * 1.3);
  expect(rows()).toEqual(rows());
});
