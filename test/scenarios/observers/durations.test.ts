import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Durations } from '../../../scenarios/observers/durations.ts';

const longestMs = 600_000;

test('percentiles are those of the sorted durations', () => {
  const duration = fc.oneof(fc.nat(3_000), fc.nat(700_000));
  const share = fc.constantFrom(0.01, 0.5, 0.95, 0.99, 1);
  fc.assert(
    fc.property(fc.array(duration, { minLength: 1, maxLength: 60 }), share, (values, wanted) => {
      const durations = new Durations();
      for (const value of values) durations.add(value);
      const sorted = values.map((value) => Math.min(value, longestMs)).sort((a, b) => a - b);
      expect(durations.percentile(wanted)).toBe(sorted[Math.ceil(wanted * sorted.length) - 1]);
      expect(durations.max).toBe(Math.max(...values));
      expect(durations.total).toBe(values.length);
    }),
  );
});

test('nothing measured is no duration', () => {
  expect(new Durations().percentile(0.99)).toBe(0);
});
