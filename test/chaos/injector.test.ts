import { describe, expect, test } from 'vitest';
import { FaultInjector } from '../../chaos/injector.ts';
import type { Plan } from '../../chaos/plan.ts';
import type { WorldEvent } from '../../sim/history/world-event.ts';
import { FakeWorld } from './fake-world.ts';

const secondUs = 1_000_000;

const plan: Plan = {
  version: 1,
  faults: [
    { id: 'slow', kind: 'cassandra.slow-node', parameters: {}, startMs: 10_000, endMs: 20_000 },
    { id: 'kill', kind: 'pod.kill', parameters: { component: 'collector', count: 2 }, startMs: 15_000 },
    { id: 'down', kind: 'nats.kill-node', parameters: {}, startMs: 25_000 },
    { id: 'late', kind: 'prometheus.outage', parameters: {}, startMs: 90_000, endMs: 95_000 },
  ],
};

function scheduled(world: FakeWorld, faults: Plan = plan): FaultInjector {
  const injector = new FaultInjector(world, faults);
  injector.schedule();
  return injector;
}

describe('the injector', () => {
  test('begins and ends faults at their times, and records it', async () => {
    const world = new FakeWorld();
    const records: { atMs: number; event: WorldEvent }[] = [];
    world.history.onAny((event, timeUs, source) => {
      expect(source).toBe('chaos');
      records.push({ atMs: timeUs / 1000, event });
    });
    scheduled(world);
    await world.kernel.run(30 * secondUs);
    expect(records.map(({ atMs, event }) => [atMs, event.kind, 'id' in event ? event.id : ''])).toEqual([
      [10_000, 'fault.started', 'slow'],
      [15_000, 'fault.started', 'kill'],
      [15_000, 'fault.ended', 'kill'],
      [20_000, 'fault.ended', 'slow'],
      [25_000, 'fault.started', 'down'],
    ]);
    expect(records[2]?.event).toMatchObject({ faultKind: 'pod.kill', hits: 2 });
    expect(world.nats.blue.states.filter((state) => state === 'killed')).toHaveLength(1);
  });

  test('heals what is in force and calls off what has not begun', async () => {
    const world = new FakeWorld();
    const injector = scheduled(world);
    await world.kernel.run(30 * secondUs);
    expect(injector.inForce()).toEqual(['down']);
    injector.healAll();
    expect(injector.inForce()).toEqual([]);
    expect(world.nats.blue.states).toEqual(['up', 'up', 'up']);
    await world.kernel.run(100 * secondUs);
    expect(world.outage).toBe(false);
    expect(injector.outcomes().map(({ id, state, vacuous }) => [id, state, vacuous])).toEqual([
      // Nothing was slow enough to notice: no operation ran while it was in force.
      ['slow', 'ended', true],
      ['kill', 'ended', false],
      ['down', 'ended', false],
      ['late', 'planned', true],
    ]);
  });

  test('shows the hits of a fault while it lasts and after its end', async () => {
    const world = new FakeWorld();
    const injector = scheduled(world);
    await world.kernel.run(12 * secondUs);
    for (const { impairment } of world.cassandra.slowed) impairment.hits = 5;
    expect(injector.outcomes()[0]).toMatchObject({ state: 'injected', hits: 5, vacuous: false });
    await world.kernel.run(21 * secondUs);
    for (const { impairment } of world.cassandra.slowed) impairment.hits = 50;
    expect(injector.outcomes()[0]).toMatchObject({ state: 'ended', hits: 5 });
  });

  test('knows which faults are, or just were, in force, by kind', async () => {
    const world = new FakeWorld();
    const injector = scheduled(world);
    await world.kernel.run(22 * secondUs);
    expect(injector.recent([''], 0)).toEqual([]);
    expect(injector.recent([''], 2 * secondUs)).toEqual(['slow']);
    expect(injector.recent([''], 7 * secondUs)).toEqual(['slow', 'kill']);
    expect(injector.recent(['pod.', 'nats.'], 7 * secondUs)).toEqual(['kill']);
    await world.kernel.run(60 * secondUs);
    expect(injector.recent(['nats.'], 0)).toEqual(['down']);
  });

  test('a fault that found nothing to break is vacuous and excuses nothing', async () => {
    const world = new FakeWorld();
    world.leaders.blue = undefined;
    const parameters = { component: 'leader-defender', colour: 'blue' };
    const injector = scheduled(world, {
      version: 1,
      faults: [{ id: 'f1', kind: 'pod.freeze', parameters, startMs: 1_000, endMs: 5_000 }],
    });
    await world.kernel.run(2 * secondUs);
    expect(injector.recent([''], 0)).toEqual([]);
    expect(injector.outcomes()).toMatchObject([{ targets: [], state: 'injected', vacuous: true }]);
  });

  test('a pod that starts while its group is cut off is cut off too', async () => {
    const world = new FakeWorld();
    scheduled(world, {
      version: 1,
      faults: [
        { id: 'f1', kind: 'link.one-way-cut', parameters: { path: 'rollout-management' }, startMs: 1_000 },
      ],
    });
    await world.kernel.run(2 * secondUs);
    const started = world.kubernetes.start('management', 7);
    const { name: pod, deployment } = started;
    world.history.record('kubernetes', { kind: 'pod.started', pod, deployment, uid: 'u', restarts: 0 });
    expect(world.cutLinks()).toEqual(['rollout-0 > management-0', 'rollout-0 > management-7']);
  });

  test('chooses the same targets for the same seed and fault, whatever else is planned', async () => {
    const targetsOf = async (seed: bigint, faults: Plan): Promise<readonly string[]> => {
      const world = new FakeWorld(seed);
      const injector = scheduled(world, faults);
      await world.kernel.run(30 * secondUs);
      return injector.outcomes().find(({ id }) => id === 'kill')?.targets ?? [];
    };
    const alone: Plan = { version: 1, faults: plan.faults.filter(({ id }) => id === 'kill') };
    expect(await targetsOf(1n, alone)).toEqual(await targetsOf(1n, plan));
    const drawn = await Promise.all([1n, 2n, 3n, 4n, 5n].map((seed) => targetsOf(seed, plan)));
    expect(new Set(drawn.map(String)).size).toBeGreaterThan(1);
  });

  test('two faults alike choose apart from each other', async () => {
    const fault = { kind: 'pod.freeze', parameters: { component: 'defender' }, startMs: 0 };
    const ids = Array.from({ length: 12 }, (_, index) => `f${index}`);
    const world = new FakeWorld();
    const injector = scheduled(world, { version: 1, faults: ids.map((id) => ({ id, ...fault })) });
    await world.kernel.run(secondUs);
    expect(new Set(injector.outcomes().map(({ targets }) => targets.join())).size).toBeGreaterThan(1);
  });

  test('refuses a plan with an unknown kind', () => {
    const faults = [{ id: 'f1', kind: 'nats.explode', parameters: {}, startMs: 0 }];
    expect(() => new FaultInjector(new FakeWorld(), { version: 1, faults })).toThrow(RangeError);
  });
});
