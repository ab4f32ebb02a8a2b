import { describe, expect, test } from 'vitest';
import { toolOverflow } from '../../../scenarios/invariants/tool-overflow.ts';
import { RuleBench } from './rule-bench.ts';

describe('tool.no-overflow', () => {
  test('holds where contexts are completed', () => {
    const bench = new RuleBench(toolOverflow).say('context.completed').finish();
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test('is broken by a context given up', () => {
    expect(new RuleBench(toolOverflow).say('tool.overflow').messages).toEqual([
      'T0001 gave up T0001/1 with 30 points: its store was full',
    ]);
  });

  test('excused where the way into the store was interrupted', () => {
    const bench = new RuleBench(toolOverflow)
      .faultBegins('f1', 'cassandra.kill-node', ['cassandra-1'])
      .say('tool.overflow');
    expect(bench.outcome).toMatchObject({ violationCount: 0 });
    const other = new RuleBench(toolOverflow)
      .fault('f1', 'pod.kill', ['defender-blue-a'])
      .say('tool.overflow');
    expect(other.outcome).toMatchObject({ violationCount: 1 });
  });
});
