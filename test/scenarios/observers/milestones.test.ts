import { expect, test } from 'vitest';
import type { Milestone } from '../../../scenarios/run-result.ts';
import { watchMilestones } from '../../../scenarios/observers/milestones.ts';
import { HistoryBench } from './testbed.ts';

test('milestones tell the day, each as it happens', () => {
  const bench = new HistoryBench();
  const said: Milestone[] = [];
  const milestones = watchMilestones(bench.history, (milestone) => said.push(milestone));
  bench
    .at(3)
    .say('fault.started', { id: 's1', targets: ['a', 'b', 'c', 'd', 'e'] })
    .say('gate.decided')
    .say('gate.decided', { decision: 'warn', reason: 'slow' })
    .say('rollback.completed', { missingGateways: ['gateway-1'] });
  expect(milestones).toEqual([
    { timeUs: 3e6, level: 'fault', text: 's1 pod.kill: a, b, c and 2 more' },
    { timeUs: 3e6, level: 'warning', text: 'gate of stage 0: warn: slow' },
    { timeUs: 3e6, level: 'warning', text: 'rollback L1 complete without gateway-1' },
  ]);
  expect(said).toEqual(milestones);
});

test('a long day is told up to a limit', () => {
  const bench = new HistoryBench();
  const milestones = watchMilestones(bench.history, () => undefined);
  for (let index = 0; index < 500; index++) bench.say('node.down');
  expect(milestones).toHaveLength(400);
});
