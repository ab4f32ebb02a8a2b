import { describe, expect, test } from 'vitest';
import { balanceKept } from '../../../scenarios/invariants/balance-kept.ts';
import { RuleBench } from './rule-bench.ts';

const units = Array.from({ length: 40 }, (_, index) => `T${index}`);

/** Two members, of which the first gets so many of the 40 units; the first ten weigh ten times the others. */
function applied(first: number, heaviest = 10): RuleBench {
  const weights = new Map(units.map((unit, index) => [unit, index < 10 ? heaviest : 1]));
  return new RuleBench(balanceKept, { unitWeights: weights })
    .say('assignment.applied', { owned: units.slice(0, first) })
    .say('assignment.published', { members: 2, units: 40 })
    .say('assignment.applied', { defenderId: 'defender-1', owned: units.slice(first) });
}

describe('balance.kept', () => {
  test('holds where true loads are near each other', () => {
    expect(applied(7).outcome).toMatchObject({ checked: 1, violationCount: 0 });
    expect(applied(20, 1).outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test('is broken by a map that is even in numbers only', () => {
    expect(applied(20).messages).toEqual([
      'blue map 1: true load between 0.31 and 1.69 of the mean over 2 members',
    ]);
  });

  test('a map whose leader died before it could announce it is judged too', () => {
    const bench = new RuleBench(balanceKept, { unitWeights: new Map(units.map((unit) => [unit, 1])) })
      .say('assignment.computed', { members: 2, units: 40 })
      .say('assignment.applied', { owned: units.slice(0, 30) })
      .say('assignment.applied', { defenderId: 'defender-1', owned: units.slice(30) });
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 1 });
  });

  test('a map that not all have applied is not judged', () => {
    const bench = new RuleBench(balanceKept)
      .say('assignment.published', { members: 2, units: 40 })
      .say('assignment.applied', { owned: units.slice(0, 39) });
    expect(bench.outcome.checked).toBe(0);
  });

  test('one unit that outweighs all others cannot be spread', () => {
    const weights = new Map(units.map((unit, index) => [unit, index === 0 ? 1000 : 1]));
    const bench = new RuleBench(balanceKept, { unitWeights: weights })
      .say('assignment.published', { members: 2, units: 40 })
      .say('assignment.applied', { owned: units.slice(0, 1) })
      .say('assignment.applied', { defenderId: 'defender-1', owned: units.slice(1) });
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });
});
