import { describe, expect, test } from 'vitest';
import { unitSingleWorker } from '../../../scenarios/invariants/unit-single-worker.ts';
import { RuleBench } from './rule-bench.ts';

const other = { pod: 'defender-blue-b' };

describe('unit.single-worker', () => {
  test('holds where another one gets what the first did not finish', () => {
    const bench = new RuleBench(unitSingleWorker)
      .say('completion.delivered')
      .at(2)
      .say('completion.delivered', { ...other, deliveryCount: 2 })
      .at(4)
      .say('uchart.stored', other);
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test('holds where the ack wait was over, and where the same one gets it again', () => {
    const bench = new RuleBench(unitSingleWorker)
      .say('completion.delivered')
      .at(31)
      .say('completion.delivered', other)
      .at(32)
      .say('completion.delivered', { ...other, deliveryCount: 2 })
      .say('uchart.stored')
      .say('uchart.stored', other);
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('is broken by one that finishes what another one has', () => {
    const bench = new RuleBench(unitSingleWorker)
      .say('completion.delivered')
      .at(2)
      .say('completion.delivered', other)
      .at(3)
      .say('uchart.stored');
    expect(bench.messages).toEqual([
      'T0001/1 was delivered to defender-blue-b (blue) while defender-blue-a processed it',
    ]);
  });
});
