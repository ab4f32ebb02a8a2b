import { describe, expect, test } from 'vitest';
import { ownershipRespected } from '../../../scenarios/invariants/ownership-respected.ts';
import { RuleBench } from './rule-bench.ts';

const bench = (): RuleBench =>
  new RuleBench(ownershipRespected, { unitWeights: new Map([['T0001', 1]]) }).say('assignment.applied');

describe('ownership.respected', () => {
  test('holds for the owner, and for work that it had begun', () => {
    const kept = bench().say('uchart.stored').at(10).say('assignment.applied', { version: 2, owned: [] });
    expect(kept.at(39).say('uchart.stored').outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('is broken by who never owned the unit', () => {
    expect(bench().say('uchart.stored', { pod: 'defender-blue-b' }).messages).toEqual([
      'defender-blue-b (blue) processed T0001/1, a unit that it never owned',
    ]);
  });

  test('is broken by who gave it up long ago', () => {
    const late = bench().say('assignment.applied', { version: 2, owned: [] }).at(31).say('uchart.stored');
    expect(late.messages).toEqual([
      'defender-blue-a (blue) processed T0001/1 31.0 s after it gave the unit up',
    ]);
  });
});
