import { describe, expect, test } from 'vitest';
import { degradedKeeps } from '../../../scenarios/invariants/degraded-keeps.ts';
import { RuleBench } from './rule-bench.ts';

const two = ['T0001', 'T0002'];
const degraded = (): RuleBench =>
  new RuleBench(degradedKeeps).say('assignment.applied', { owned: two }).say('defender.state');

describe('degraded.keeps', () => {
  test('holds where nothing, or only a newer map, takes units', () => {
    const bench = degraded()
      .say('assignment.applied', { owned: two })
      .say('assignment.applied', { version: 2, owned: [] });
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test('what happens after the recovery is for others to judge', () => {
    const bench = degraded()
      .say('defender.state', { from: 'degraded', to: 'stable' })
      .say('assignment.applied', { owned: [] });
    expect(bench.outcome.violationCount).toBe(0);
  });

  test('is broken by a Defender that lets go', () => {
    expect(degraded().say('assignment.applied', { owned: ['T0002'] }).messages).toEqual([
      'defender-blue-a (blue) gave up 1 of 2 units while degraded',
    ]);
  });
});
