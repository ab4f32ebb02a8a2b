import { describe, expect, test } from 'vitest';
import { unitOrder } from '../../../scenarios/invariants/unit-order.ts';
import { RuleBench } from './rule-bench.ts';

const second = { contextId: 'T0001/2' };
const bench = (): RuleBench => new RuleBench(unitOrder, { unitWeights: new Map([['T0001', 1]]) });

describe('unit.order', () => {
  test('holds in order, and where an earlier one comes again', () => {
    const kept = bench()
      .say('completion.delivered')
      .say('uchart.stored')
      .say('completion.delivered', { ...second, streamSequence: 2 })
      .say('completion.delivered', { deliveryCount: 2 })
      .say('uchart.stored', second);
    expect(kept.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('what was given up holds nobody up', () => {
    const kept = bench()
      .say('completion.delivered')
      .say('completion.dead-lettered')
      .say('completion.delivered', { ...second, streamSequence: 2 })
      .say('uchart.stored', second);
    expect(kept.outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  const overtaken = (before: RuleBench): RuleBench =>
    before
      .say('completion.delivered')
      .say('completion.delivered', { ...second, streamSequence: 2 })
      .say('uchart.stored', second);

  test('is broken by one that overtakes another', () => {
    expect(overtaken(bench()).messages).toEqual([
      'defender-blue-a (blue) processed T0001/2 before T0001/1, which was delivered earlier',
    ]);
  });

  test('excused where servers lost what they had confirmed', () => {
    const excused = overtaken(bench().fault('f1', 'nats.power-loss', ['nats-blue-0']));
    expect(excused.outcome.violationCount).toBe(0);
  });
});
