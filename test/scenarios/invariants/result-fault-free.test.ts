import { describe, expect, test } from 'vitest';
import { resultFaultFree } from '../../../scenarios/invariants/result-fault-free.ts';
import { RuleBench } from './rule-bench.ts';

describe('result.fault-free', () => {
  test.each([
    ['completed first', ['context.completed', 'uchart.stored']],
    ['stored first', ['uchart.stored', 'context.completed']],
  ] as const)('compares, %s', (_, kinds) => {
    const same = new RuleBench(resultFaultFree);
    for (const kind of kinds) same.say(kind);
    expect(same.outcome).toMatchObject({ checked: 1, violationCount: 0 });
    const other = new RuleBench(resultFaultFree);
    for (const kind of kinds) other.say(kind, kind === 'uchart.stored' ? { digest: 8, points: 20 } : {});
    expect(other.messages).toEqual([
      'T0001/1: defender-blue-a stored statistics 8 of 20 points, a fault-free run gives 7',
    ]);
  });

  test('compares every result, also those stored again', () => {
    const bench = new RuleBench(resultFaultFree)
      .say('uchart.stored')
      .say('uchart.stored', { digest: 9 })
      .say('context.completed')
      .say('uchart.stored', { digest: 10 });
    expect(bench.outcome).toMatchObject({ checked: 3, violationCount: 2 });
  });

  test('judges nothing that its tool has not completed', () => {
    expect(new RuleBench(resultFaultFree).say('uchart.stored').finish().outcome.checked).toBe(0);
  });
});
