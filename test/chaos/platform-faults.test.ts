import { describe, expect, test } from 'vitest';
import { findFaultKind } from '../../chaos/catalogue.ts';
import type { ActiveFault } from '../../chaos/fault.ts';
import { withDefaults } from '../../chaos/parameter.ts';
import { FakeWorld } from './fake-world.ts';

function begin(world: FakeWorld, name: string, given: Record<string, unknown> = {}): ActiveFault {
  const kind = findFaultKind(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind.begin(world, withDefaults(kind.parameters, given), world.kernel.stream('fault', 'f1'));
}

/** Pods whose probe fails, in the middle of every second. */
async function failingBySecond(world: FakeWorld, seconds: number): Promise<readonly number[]> {
  const counts: number[] = [];
  const startUs = world.kernel.nowUs;
  for (let second = 0; second < seconds; second++) {
    await world.kernel.run(startUs + second * 1e6 + 500_000);
    counts.push(world.kubernetes.failingReadiness.size);
  }
  return counts;
}

describe('kubelet.flap-readiness', () => {
  const collectors = { component: 'collector', colour: 'blue', periodMs: 10_000, failingShare: 0.7 };

  test('together: all are answered no for the share of the period, then all truly', async () => {
    const world = new FakeWorld();
    const active = begin(world, 'kubelet.flap-readiness', { ...collectors, rhythm: 'together' });
    expect(active.targets).toHaveLength(3);
    expect(await failingBySecond(world, 20)).toEqual([
      3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0,
    ]);
    active.end();
    expect(await failingBySecond(world, 12)).toEqual(Array<number>(12).fill(0));
  });

  test('apart: each pod in a time of its own, as long as the others', async () => {
    const world = new FakeWorld(3n);
    begin(world, 'kubelet.flap-readiness', collectors);
    await failingBySecond(world, 10);
    const counts = await failingBySecond(world, 40);
    expect(new Set(counts).size).toBeGreaterThan(1);
    const failing = counts.reduce((sum, count) => sum + count, 0);
    expect(Math.abs(failing / (3 * 40) - 0.7)).toBeLessThan(0.1);
  });

  test('never yes with a share of 1, nobody with a share of 0', async () => {
    const world = new FakeWorld();
    const active = begin(world, 'kubelet.flap-readiness', {
      ...collectors,
      failingShare: 1,
      rhythm: 'together',
    });
    expect(await failingBySecond(world, 25)).toEqual(Array<number>(25).fill(3));
    active.end();
    begin(world, 'kubelet.flap-readiness', { ...collectors, failingShare: 0 });
    expect(await failingBySecond(world, 12)).toEqual(Array<number>(12).fill(0));
  });

  test('hits are what the kubelet saw: a pod of the group that turned unready', () => {
    const world = new FakeWorld();
    const active = begin(world, 'kubelet.flap-readiness', collectors);
    const say = (pod: string, deployment: string): void =>
      world.history.record('kubernetes', { kind: 'pod.unready', pod, deployment });
    expect(active.hits()).toBe(0);
    say('collector-blue-1', 'collector-blue');
    say('collector-green-1', 'collector-green');
    expect(active.hits()).toBe(1);
    active.end();
    say('collector-blue-1', 'collector-blue');
    expect(active.hits()).toBe(1);
  });

  test('a pod that starts meanwhile flaps with the others, where all of them do; a new container in a pod always', () => {
    const world = new FakeWorld();
    const all = begin(world, 'kubelet.flap-readiness', { ...collectors, rhythm: 'together' });
    const [first] = all.targets;
    if (first === undefined) throw new Error('nobody flaps');
    world.kubernetes.failingReadiness.clear();
    all.podStarted?.(world.kubernetes.start('collector-blue', 7).name);
    all.podStarted?.(world.kubernetes.start('collector-green', 7).name);
    all.podStarted?.(first);
    expect([...world.kubernetes.failingReadiness]).toEqual(['collector-blue-7', first]);
    all.end();
    const some = begin(world, 'kubelet.flap-readiness', { ...collectors, share: 0.5, rhythm: 'together' });
    some.podStarted?.(world.kubernetes.start('collector-blue', 8).name);
    expect(world.kubernetes.failingReadiness.has('collector-blue-8')).toBe(false);
  });
});

describe('operator.drain-node', () => {
  test('machines with such a pod are drained together, and given back at the end', () => {
    const world = new FakeWorld();
    const active = begin(world, 'operator.drain-node', {
      component: 'defender',
      count: 2,
      timeoutMs: 60_000,
    });
    const [first, second] = active.targets;
    expect(active.targets).toHaveLength(2);
    expect(world.operatorActs).toEqual([`drain ${first} 60000`, `drain ${second} 60000`]);
    active.end();
    expect(world.operatorActs.slice(2)).toEqual([`uncordon ${first}`, `uncordon ${second}`]);
  });

  test('hits are the pods that went, and the evictions that were refused', () => {
    const world = new FakeWorld();
    const active = begin(world, 'operator.drain-node', { component: 'management' });
    const there = world.kubernetes.all.filter(({ nodeName }) => active.targets.includes(nodeName));
    const elsewhere = world.kubernetes.all.find(({ nodeName }) => !active.targets.includes(nodeName));
    for (const pod of [...there, elsewhere]) {
      if (pod === undefined) throw new Error('all pods are on one machine');
      const { name, deployment } = pod;
      world.history.record('kubernetes', { kind: 'pod.terminating', pod: name, deployment });
      const refused = { pod: name, deployment, healthy: 1, needed: 1, replicas: 1 };
      world.history.record('kubernetes', { kind: 'pod.eviction-refused', ...refused });
    }
    expect(active.hits()).toBe(2 * there.length);
  });
});
