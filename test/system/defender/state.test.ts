import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IllegalTransitionError, StateMachine } from '../../../system/defender/state.ts';
import type { Activity } from '../../../system/defender/state.ts';
import { FakeCluster } from './fakes/fake-cluster.ts';
import { FakeTelemetry } from './fakes/fake-telemetry.ts';
import { VirtualTime } from './fakes/virtual-time.ts';

const activities: readonly Activity[] = [
  'init',
  'claiming-id',
  'standby',
  'election',
  'waiting-assignment',
  'stable',
  'scaling',
  'rebalancing',
  'emergency',
];
/** From nothing to each of them. */
const ways: Readonly<Record<Activity, readonly Activity[]>> = {
  init: [],
  'claiming-id': ['claiming-id'],
  standby: ['claiming-id', 'standby'],
  election: ['claiming-id', 'election'],
  'waiting-assignment': ['claiming-id', 'election', 'waiting-assignment'],
  stable: ['claiming-id', 'election', 'waiting-assignment', 'stable'],
  scaling: ['claiming-id', 'election', 'waiting-assignment', 'stable', 'scaling'],
  rebalancing: ['claiming-id', 'election', 'waiting-assignment', 'stable', 'scaling', 'rebalancing'],
  emergency: ['claiming-id', 'election', 'waiting-assignment', 'stable', 'emergency'],
};

function machineAt(activity: Activity) {
  const telemetry = new FakeTelemetry(new VirtualTime());
  const state = new StateMachine(telemetry, 'blue', 'pod-0');
  for (const step of ways[activity]) state.enter(step);
  return { state, telemetry };
}

function reached(activity: Activity): readonly Activity[] {
  return activities.filter((to) => {
    if (to === activity) return false;
    const { state } = machineAt(activity);
    try {
      state.enter(to);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(IllegalTransitionError);
      expect(state.state).toBe(activity);
      return false;
    }
  });
}

test.each([
  ['init', ['claiming-id']],
  ['claiming-id', ['init', 'standby', 'election']],
  ['standby', ['init', 'claiming-id', 'election']],
  ['election', ['waiting-assignment']],
  ['waiting-assignment', ['claiming-id', 'stable', 'scaling', 'emergency']],
  ['stable', ['claiming-id', 'scaling', 'emergency']],
  ['scaling', ['waiting-assignment', 'stable', 'rebalancing', 'emergency']],
  ['rebalancing', ['waiting-assignment', 'stable']],
  ['emergency', ['waiting-assignment', 'stable']],
] as const)('from %s there is a way to %j, and every other throws', (from, to) => {
  expect(reached(from)).toEqual(to);
});

test.each(activities)('from %s it can degrade, come back, and shut down for good', (activity) => {
  const { state } = machineAt(activity);
  state.degrade();
  expect(state.state).toBe('degraded');
  state.degrade();
  state.recover();
  expect(state.state).toBe(activity);
  state.degrade();
  state.shutDown();
  expect(state.state).toBe('shutdown');
  state.recover();
  for (const to of activities) state.enter(to);
  state.settle();
  expect(state.state).toBe('shutdown');
});

test('what goes on while it is degraded shows when it recovers, and is held to the same rules', () => {
  const { state, telemetry } = machineAt('waiting-assignment');
  state.degrade();
  state.mapSeen();
  expect(() => {
    state.enter('rebalancing');
  }).toThrow('no state rebalancing after stable');
  state.recover();
  expect(telemetry.of('defender.state').slice(-2)).toMatchObject([
    { from: 'waiting-assignment', to: 'degraded' },
    { from: 'degraded', to: 'stable' },
  ]);
});

test('a leader that gives up in a cold start waits for a map again', () => {
  const { state } = machineAt('waiting-assignment');
  state.enter('scaling');
  state.settle();
  expect(state.state).toBe('waiting-assignment');
  state.enter('scaling');
  state.mapSeen();
  state.settle();
  expect(state.state).toBe('stable');
});

test('each change is one event, and the events make a chain', () => {
  const step = fc.oneof(
    fc.constantFrom(...activities).map((to) => (state: StateMachine) => {
      state.enter(to);
    }),
    fc.constantFrom('degrade', 'recover', 'settle', 'mapSeen').map((name) => (state: StateMachine) => {
      state[name]();
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { state, telemetry } = machineAt('init');
      for (const act of steps) {
        try {
          act(state);
        } catch (error) {
          expect(error).toBeInstanceOf(IllegalTransitionError);
        }
      }
      let at = 'init';
      for (const { from, to } of telemetry.of('defender.state')) {
        expect(from).toBe(at);
        expect(to).not.toBe(from);
        at = to;
      }
      expect(state.state).toBe(at);
    }),
  );
});

test('a leader of a cold start goes through Scaling and Rebalancing, its followers wait for the map', async () => {
  const cluster = new FakeCluster(20);
  await cluster.startStable(4);
  const leader = cluster.leader();
  const walked = (pod: string): readonly string[] =>
    cluster.telemetry.of('defender.state').flatMap((event) => (event.pod === pod ? [event.to] : []));
  expect(walked(leader.name)).toEqual([
    'claiming-id',
    'election',
    'waiting-assignment',
    'scaling',
    'rebalancing',
    'stable',
  ]);
  expect(walked(cluster.follower().name)).toEqual([
    'claiming-id',
    'election',
    'waiting-assignment',
    'stable',
  ]);
});

test('a leader that loses its lock while its map is on the way is stable afterwards', async () => {
  const cluster = new FakeCluster(60);
  await cluster.startStable(6);
  const old = cluster.leader();
  cluster.nats.answersLost.add('parti-assignments');
  cluster.follower().kill();
  await cluster.advance(6.5);
  expect(cluster.telemetry.of('defender.state').findLast(({ pod }) => pod === old.name)?.to).toBe(
    'emergency',
  );
  old.freeze();
  cluster.nats.answersLost.clear();
  await cluster.advance(12);
  old.thaw();
  await cluster.advance(40);
  expect(cluster.leader()).not.toBe(old);
  expect(cluster.telemetry.of('defender.state').findLast(({ pod }) => pod === old.name)?.to).toBe('stable');
});

test('a standby that loses NATS is a standby again when it is back', async () => {
  const cluster = new FakeCluster(20);
  await cluster.startStable(4);
  const standby = cluster.start();
  await cluster.advance(2);
  cluster.nats.cut(standby);
  await cluster.advance(1);
  const shown = (): string | undefined =>
    cluster.telemetry.of('defender.state').findLast(({ pod }) => pod === standby.name)?.to;
  expect(shown()).toBe('degraded');
  cluster.nats.heal(standby);
  await cluster.advance(8);
  expect(cluster.idOf(standby)).toBe('');
  expect(shown()).toBe('standby');
});
