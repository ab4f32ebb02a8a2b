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

test('a drain is told with whoever holds it up, each pod once', () => {
  const bench = new HistoryBench();
  const milestones = watchMilestones(bench.history, () => undefined);
  bench
    .say('node.cordoned', { node: 'node-1' })
    .say('pod.eviction-refused', { pod: 'a', healthy: 4, needed: 4, replicas: 5 })
    .say('pod.eviction-refused', { pod: 'a', healthy: 4, needed: 4, replicas: 5 })
    .say('pod.eviction-refused', { pod: 'b', healthy: 5, needed: 5, replicas: 5 })
    .say('node.drain-given-up', { node: 'node-1', pods: ['b'], durationMs: 120_000 })
    .say('node.drained', { node: 'node-2', durationMs: 9_400 })
    .say('update.stuck', { deployment: 'defender-blue', sinceStartMs: 90_000 });
  expect(milestones.map(({ level, text }) => `${level}: ${text}`)).toEqual([
    'info: machine node-1 takes no more pods',
    'warning: a may not be evicted: 4 are ready, 4 must be',
    'warning: b may not be evicted: its budget lets none go',
    'warning: machine node-1 not drained in 120 s: b',
    'success: machine node-2 was drained in 9 s',
    'warning: defender-blue: the update makes no progress (1.5 min after its start)',
  ]);
});
