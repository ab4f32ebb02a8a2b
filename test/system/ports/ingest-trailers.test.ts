import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatRequestRanges, parseRequestRanges } from '../../../system/ports/ingest-trailers.ts';

test('ranges read back what was written', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 200 }),
      (some) => {
        const rising = some.toSorted((left, right) => left - right);
        expect(parseRequestRanges(formatRequestRanges(rising), 500)).toEqual(rising);
      },
    ),
  );
});

test('a trailer stays small, and what is left out is left out at the end', () => {
  const odd = Array.from({ length: 5_000 }, (_, index) => 2 * index + 1);
  const text = formatRequestRanges(odd);
  expect(text.length).toBeLessThan(4_096);
  expect(parseRequestRanges(text, 10_000)).toEqual(odd.slice(0, 256));
});

test.each(['', 'x', '1-', '-3', '1,,2', '1;2', '9999999999'])('%j is not a list of ranges', (text) => {
  expect(parseRequestRanges(text, 100)).toBeUndefined();
});

test('what lies outside of the context is left out, so that a hostile range costs nothing', () => {
  expect(parseRequestRanges('0-999999999', 3)).toEqual([1, 2, 3]);
  expect(parseRequestRanges('7-3', 10)).toEqual([]);
});
