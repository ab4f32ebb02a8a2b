import { expect, test } from 'vitest';
import { goal } from '../../../scenarios/catalog/scenario.ts';
import { watchGoals } from '../../../scenarios/observers/goals.ts';
import { HistoryBench } from './testbed.ts';

test('goals count what happened, in the order they were set', () => {
  const bench = new HistoryBench();
  const outcomes = watchGoals(bench.history, [
    goal('a retry', 'tool.retry'),
    goal('a late retry', 'tool.retry', ({ attempt }) => attempt > 3, false),
    goal('an overflow', 'tool.overflow'),
  ]);
  bench.say('tool.retry').say('tool.retry', { attempt: 4 }).say('context.completed');
  expect(outcomes()).toEqual([
    { goal: 'a retry', required: true, count: 2 },
    { goal: 'a late retry', required: false, count: 1 },
    { goal: 'an overflow', required: true, count: 0 },
  ]);
});
