import { expect, test } from 'vitest';
import { watchCluster } from '../../../scenarios/observers/cluster.ts';
import { HistoryBench } from './testbed.ts';

const other = { pod: 'defender-blue-b', defenderId: 'defender-1' };

test('ownership is what was taken and given, and a unit that waits for an owner is timed', () => {
  const bench = new HistoryBench();
  const outcome = watchCluster(bench.history);
  bench
    .at(30)
    .say('identity.claimed')
    .say('assignment.applied', { owned: ['T1', 'T2'] });
  bench.at(40).say('identity.claimed', other).at(100).say('pod.restarting');
  bench.at(112).say('assignment.applied', { ...other, version: 2, owned: ['T1'] });
  const { ownership, unowned } = outcome(130e6);
  expect(
    ownership.map(({ timeMs, defenderId, taken, given, end }) => [timeMs, defenderId, taken, given, end]),
  ).toEqual([
    [30_000, 'defender-0', ['T1', 'T2'], [], 'map'],
    [100_000, 'defender-0', [], ['T1', 'T2'], 'death'],
    [112_000, 'defender-1', ['T1'], [], 'map'],
  ]);
  expect(unowned).toEqual({ times: 2, open: 1, p50Ms: 12_000, p99Ms: 30_000, maxMs: 30_000 });
});

test('a colour that is scaled to nothing leaves nobody waiting', () => {
  const bench = new HistoryBench();
  const outcome = watchCluster(bench.history);
  bench
    .at(30)
    .say('identity.claimed')
    .say('assignment.applied', { owned: ['T1'] });
  bench.at(50).say('deployment.changed', { deployment: 'defender-blue', replicas: 0 });
  bench.at(52).say('identity.released');
  expect(outcome(900e6).unowned.times).toBe(0);
});

test('maps have their reason and what they moved; stages their percentiles', () => {
  const bench = new HistoryBench();
  const outcome = watchCluster(bench.history);
  const change = { reason: 'crash', left: ['defender-3'], moved: 7, movedFromLeft: 6 } as const;
  bench.at(60).say('assignment.published', change);
  for (const durationMs of [100, 200, 900]) bench.say('processing.stage', { stage: 'store', durationMs });
  const { rebalances, stages } = outcome(100e6);
  expect(rebalances).toMatchObject([
    { timeMs: 60_000, reason: 'crash', left: 1, moved: 7, movedFromLeft: 6 },
  ]);
  expect(stages).toEqual([{ stage: 'store', p50Ms: 200, p95Ms: 900, p99Ms: 900, maxMs: 900 }]);
});

test.each([
  ['its Defender ended', (bench: HistoryBench) => bench.say('pod.ended').at(101)],
  ['given back', (bench: HistoryBench) => bench.at(101)],
  ['ack wait over', (bench: HistoryBench) => bench.at(140)],
  ['result stored, ack lost', (bench: HistoryBench) => bench.say('uchart.stored').at(140)],
  [
    'result stored, ack lost',
    (bench: HistoryBench) => bench.say('uchart.stored').say('completion.acknowledged').at(101),
  ],
] as const)('a redelivery has its reason: %s', (reason, happens) => {
  const bench = new HistoryBench().at(100);
  const outcome = watchCluster(bench.history);
  bench.say('completion.delivered');
  happens(bench).say('completion.delivered', { ...other, deliveryCount: 2 });
  const counts = Object.entries(outcome(200e6).redeliveries).filter(([, count]) => count > 0);
  expect(counts).toEqual([[reason, 1]]);
});
