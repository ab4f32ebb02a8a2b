import { expect, test } from 'vitest';
import { clusterLines } from '../../reports/cluster.ts';
import type { ClusterOutcome } from '../../scenarios/run-result.ts';
import { result } from './fixture.ts';

const member = { colour: 'blue', pod: 'p0', defenderId: 'defender-0', end: 'map' } as const;
const cluster: ClusterOutcome = {
  ownership: [
    { ...member, timeMs: 0, taken: ['T1', 'T2'], given: [] },
    { ...member, timeMs: 1_800_000, taken: [], given: ['T1', 'T2'], end: 'death' },
    { ...member, timeMs: 1_800_000, pod: 'p1', defenderId: 'defender-10', taken: ['T1'], given: [] },
    { ...member, timeMs: 1_800_000, pod: 'p2', defenderId: 'defender-2', taken: ['T2'], given: [] },
  ],
  rebalances: Array.from({ length: 14 }, (_, version) => ({
    timeMs: 60_000 * version,
    colour: 'blue',
    version,
    reason: 'crash',
    members: 2,
    units: 2,
    joined: 0,
    left: 1,
    moved: 2,
    movedToJoined: 0,
    movedFromLeft: 2,
  })),
  unowned: { times: 2, open: 1, p50Ms: 11_000, p99Ms: 12_500, maxMs: 12_500 },
  stages: [{ stage: 'store', p50Ms: 290, p95Ms: 380, p99Ms: 1_430, maxMs: 1_462 }],
  redeliveries: { 'given back': 3, 'ack wait over': 0 },
};

test('people see maps with their reason, who owned how much and when, and how long units waited', () => {
  const text = clusterLines({ ...result(), virtualUs: 3_600e6, cluster }).join('\n');
  expect(text).toContain(
    'blue  map 0   crash        2 members: 1 left, 2 of 2 units moved, 2 of them had lost',
  );
  expect(text).toContain('… and 2 more maps');
  expect(text).toContain(`blue defender-0      ${'█'.repeat(30)}${' '.repeat(30)}`);
  expect(text).toMatch(/blue defender-2 {6} {30}▄{30}\n {2}blue defender-10 {5} {30}▄{30}\n/);
  expect(text).toContain(
    'had no owner 2 times, 1 of them still at the end: p50 11.0 s, p99 12.5 s, max 12.5 s',
  );
  expect(text).toMatch(/store +p50 +290 ms .* p99 +1,430 ms .* designed for 300 ms/);
  expect(text).toContain('delivered again: 3 (given back)');
});

test('a run that did not watch the Defenders says nothing of them', () => {
  expect(clusterLines(result())).toEqual([]);
});
