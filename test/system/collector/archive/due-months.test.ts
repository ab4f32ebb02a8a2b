import fc from 'fast-check';
import { expect, test } from 'vitest';
import { monthsBetween } from '../../../../system/collector/archive/due-months.ts';
import { uchartMonth } from '../../../../system/ports/tables.ts';

const dayUs = 86_400_000_000;

test('months of a span, ascending, over the turn of a year and a short February', () => {
  const from = Date.UTC(2025, 11, 31, 23) * 1000;
  expect(monthsBetween(from, Date.UTC(2026, 2, 1) * 1000)).toEqual([202512, 202601, 202602, 202603]);
  expect(monthsBetween(from, from)).toEqual([202512]);
});

test('the month of every moment in between is among them, once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 0, max: 900 }), (start, days) => {
      const fromUs = Date.UTC(2020, 0, 1) * 1000 + start * dayUs;
      const months = monthsBetween(fromUs, fromUs + days * dayUs);
      expect(months).toEqual([...new Set(months)].toSorted((left, right) => left - right));
      for (let day = 0; day <= days; day++) expect(months).toContain(uchartMonth(fromUs + day * dayUs));
    }),
    { numRuns: 50 },
  );
});
