import { expect, test } from 'vitest';
import type { AssignmentMap, Lifecycle } from '../../../../system/defender/assignment/assignment-map.ts';
import { RebalancePlanner } from '../../../../system/defender/leadership/rebalance-planner.ts';
import { defaultDefenderSettings } from '../../../../system/defender/settings.ts';

const settings = defaultDefenderSettings('blue', 'nats://blue', []);

function ids(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => `defender-${from + index}`);
}

function mapOf(
  members: readonly string[],
  version = 1,
  lifecycle: Lifecycle = 'post_cold_start',
): AssignmentMap {
  return {
    version,
    term: 1,
    publishedMs: 0,
    lifecycle,
    firstAssignedMs: 0,
    boundRelaxed: false,
    members: new Map(members.map((member) => [member, { load: 1, units: [] }])),
  };
}

function topology(alive: readonly string[], dead: readonly string[] = [], survivors = alive.length) {
  return { alive: new Set(alive), dead: new Set(dead), survivors };
}

test('cold start waits its window out, once', () => {
  const planner = new RebalancePlanner(settings, 0);
  const cold = mapOf([], 0, 'cold_start');
  expect(planner.decide(1_000, cold, topology(ids(3)), false)).toEqual({
    kind: 'wait',
    reason: 'cold-start',
    remainingMs: 29_000,
  });
  expect(planner.decide(30_000, cold, topology(ids(30)), false)).toEqual({
    kind: 'publish',
    reason: 'cold-start',
  });
});

test('joins at 100 and 105 are published at 110', () => {
  const planner = new RebalancePlanner(settings, 0);
  const map = mapOf(ids(30));
  expect(planner.decide(99_000, map, topology(ids(30)), false)).toEqual({ kind: 'nothing' });
  expect(planner.decide(100_000, map, topology(ids(31)), false).kind).toBe('wait');
  expect(planner.decide(105_000, map, topology(ids(32)), false)).toMatchObject({
    kind: 'wait',
    remainingMs: 5_000,
  });
  expect(planner.decide(110_000, map, topology(ids(32)), false)).toEqual({
    kind: 'publish',
    reason: 'scaling',
  });
});

test('a crash cuts the window short and takes the joiners with it', () => {
  const planner = new RebalancePlanner(settings, 0);
  const map = mapOf(ids(30));
  planner.decide(100_000, map, topology(ids(31)), false);
  const afterCrash = topology(ids(31, 1), ['defender-0']);
  expect(planner.decide(107_000, map, afterCrash, false)).toEqual({ kind: 'publish', reason: 'crash' });
  planner.published(107_000);
  expect(planner.decide(110_000, mapOf(ids(31, 1)), topology(ids(31, 1)), false)).toEqual({
    kind: 'nothing',
  });
});

test('a member that is back before the window ends was never gone', () => {
  const planner = new RebalancePlanner(settings, 0);
  const map = mapOf(ids(30));
  expect(planner.decide(100_000, map, topology(ids(29)), false).kind).toBe('wait');
  expect(planner.decide(106_000, map, topology(ids(30)), false).kind).toBe('nothing');
  expect(planner.decide(111_000, map, topology(ids(29)), false).kind).toBe('wait');
});

test('many before and few now is a restart, and stays one until its map', () => {
  const planner = new RebalancePlanner(settings, 0);
  const map = mapOf(ids(64), 5, 'stable');
  expect(planner.decide(2_000, map, topology(ids(1)), false)).toMatchObject({
    kind: 'wait',
    reason: 'restart',
  });
  const growing = topology(ids(40), ids(24, 40));
  expect(planner.decide(20_000, map, growing, false)).toMatchObject({ kind: 'wait', reason: 'restart' });
  expect(planner.decide(32_000, map, topology(ids(64)), false)).toEqual({
    kind: 'publish',
    reason: 'restart',
  });
  planner.published(32_000);
  expect(planner.decide(34_000, map, topology(ids(64)), false)).toEqual({ kind: 'nothing' });
});

test('who came after all had died is no sign of life: a restart, its window as old as the term', () => {
  const planner = new RebalancePlanner(settings, 10_000);
  const map = mapOf(ids(64), 5, 'stable');
  expect(planner.decide(12_000, map, topology(ids(128)), false)).toMatchObject({ reason: 'scaling' });
  const dead = topology(ids(64, 64), ids(64), 0);
  expect(planner.decide(16_000, map, dead, false)).toEqual({
    kind: 'wait',
    reason: 'restart',
    remainingMs: 24_000,
  });
  expect(planner.decide(40_000, map, dead, false)).toEqual({ kind: 'publish', reason: 'restart' });
});

test('where an old leader loses nearly all members, the window begins when it sees it', () => {
  const planner = new RebalancePlanner(settings, 0);
  const map = mapOf(ids(12), 5, 'stable');
  expect(planner.decide(100_000, map, topology(ids(3), ids(9, 3), 3), false)).toEqual({
    kind: 'wait',
    reason: 'restart',
    remainingMs: 30_000,
  });
});

test('planned maps keep 10 s apart, a crash waits for nothing', () => {
  const planner = new RebalancePlanner(
    { ...settings, windows: { ...settings.windows, plannedScalingMs: 1_000 } },
    0,
  );
  planner.published(100_000);
  const map = mapOf(ids(10));
  planner.decide(101_000, map, topology(ids(11)), false);
  expect(planner.decide(103_000, map, topology(ids(11)), false)).toMatchObject({
    kind: 'wait',
    remainingMs: 7_000,
  });
  expect(planner.decide(103_000, map, topology(ids(9), ['defender-9']), false).kind).toBe('publish');
});

test('the same members are weighed anew only when it is worth it', () => {
  const planner = new RebalancePlanner(settings, 0);
  const map = mapOf(ids(10));
  expect(planner.decide(1_000, map, topology(ids(10)), false).kind).toBe('nothing');
  expect(planner.decide(2_000, map, topology(ids(10)), true).kind).toBe('wait');
  expect(planner.decide(12_000, map, topology(ids(10)), true)).toEqual({
    kind: 'publish',
    reason: 'scaling',
  });
});
