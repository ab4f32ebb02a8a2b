import { expect, test } from 'vitest';
import { rebalanceShift } from '../../../scenarios/invariants/rebalance-shift.ts';
import { RuleBench } from './rule-bench.ts';

const expand = { action: 'expand_canary' } as const;
const moved = { colour: 'green', moved: 12, reason: 'scaling', joined: ['defender-9'] } as const;

test('is broken by units that move among the same Defenders', () => {
  const bench = new RuleBench(rebalanceShift).at(100).say('routing.changed', expand).at(110);
  bench.say('assignment.published', { ...moved, joined: [] });
  expect(bench.outcome).toMatchObject({ violationCount: 1 });
});

test('is broken by Defenders that are scaled with the list', () => {
  const bench = new RuleBench(rebalanceShift)
    .at(100)
    .say('routing.changed', expand)
    .say('deployment.changed', { deployment: 'defender-green', by: 'rollout-0' })
    .at(140)
    .say('assignment.published', moved);
  expect(bench.messages).toEqual([
    'green moved 12 units (scaling, 1 joined, 0 left) 40 s after tools were shifted',
  ]);
});

test.each([
  ['of one that was asked for before', (bench: RuleBench) => bench.say('assignment.published', moved)],
  ['later', (bench: RuleBench) => bench.at(300).say('assignment.published', moved)],
  ['that moves nothing', (bench: RuleBench) => bench.say('assignment.published', { ...moved, moved: 0 })],
  [
    'after a rollback',
    (bench: RuleBench) =>
      bench.say('routing.changed', { action: 'rollback' }).say('assignment.published', moved),
  ],
  [
    'in a rolling update',
    (bench: RuleBench) =>
      bench.say('update.started', { deployment: 'defender-green' }).say('assignment.published', moved),
  ],
  [
    'after a crash',
    (bench: RuleBench) =>
      bench.fault('f1', 'pod.kill', ['defender-green-a']).say('assignment.published', moved),
  ],
])('holds for a map %s', (_, tell) => {
  const bench = new RuleBench(rebalanceShift).at(100).say('routing.changed', expand).at(110);
  expect(tell(bench).outcome).toMatchObject({ checked: 1, violationCount: 0 });
});
