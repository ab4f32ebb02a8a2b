import { describe, expect, test } from 'vitest';
import { app, minute, second, smallNodes, Testbed } from './testbed.ts';

describe('life of a pod', () => {
  test('a deployment becomes pods that are ready, and endpoints a little later', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ replicas: 3, environment: { COLOUR: 'blue' } }));
    await bed.runTo(10 * second);
    expect(bed.kubernetes.status('app')).toMatchObject({ desired: 3, updated: 3, ready: 3, available: 3 });
    const pods = bed.kubernetes.pods({ deployment: 'app' });
    expect(bed.kubernetes.endpoints('app')).toEqual(pods.map((pod) => pod.host));
    expect(new Set(pods.map((pod) => pod.node?.name)).size).toBe(3);
    expect(bed.firstPod().processPort.environment['COLOUR']).toBe('blue');
    expect(bed.kubernetes.endpoints(bed.firstPod().name)).toEqual([bed.firstPod().host]);
    expect(bed.kubernetes.endpoints('nobody')).toEqual([]);
  });

  test('every pod has a clock of its own, off by tens of milliseconds at most', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ replicas: 30 }));
    await bed.runTo(10 * second);
    const walls = bed.kubernetes.pods().map((pod) => pod.process.wallMs());
    expect(new Set(walls).size).toBeGreaterThan(15);
    expect(Math.max(...walls) - Math.min(...walls)).toBeLessThan(200);
    const [first, other] = bed.kubernetes.pods();
    const before = other?.process.wallMs();
    first?.clock.step(60_000_000);
    expect(other?.process.wallMs()).toBe(before);
  });

  test('an image that a node does not have costs a pull, once a node', async () => {
    const bed = new Testbed(1n, { preloadedImages: [], ...smallNodes(1, 64_000) });
    bed.kubernetes.deploy(app({ replicas: 1 }));
    await bed.runTo(2 * minute);
    const [first] = bed.of('pod.started');
    expect(first?.timeMs).toBeGreaterThan(6 * second);
    bed.kubernetes.scale('app', 2, 'test');
    await bed.runFor(5 * second);
    const [, second_] = bed.of('pod.started');
    expect(second_?.timeMs).toBeLessThan(2 * minute + 4.1 * second);
  });

  test('what fits on no node is Pending until room appears', async () => {
    const bed = new Testbed(1n, smallNodes(2, 4_000));
    bed.kubernetes.deploy(app({ replicas: 5, cpuMilli: 2_000 }));
    await bed.runTo(20 * second);
    expect(bed.kubernetes.status('app')).toMatchObject({ desired: 5, ready: 4 });
    expect(bed.of('pod.unschedulable')).toHaveLength(1);
    const waiting = bed.of('pod.unschedulable')[0]?.pod ?? '';
    expect(bed.kubernetes.pod(waiting)?.phase).toBe('pending');
    bed.kubernetes.deletePod(bed.firstPod().name);
    await bed.runFor(20 * second);
    expect(bed.kubernetes.pod(waiting)?.phase).toBe('running');
    expect(bed.kubernetes.status('app').ready).toBe(4);
  });

  test('work takes time around its typical cost', async () => {
    const bed = new Testbed();
    const durationsMs: number[] = [];
    const measure = async (pod: ReturnType<Testbed['firstPod']>): Promise<void> => {
      for (let round = 0; round < 400; round++) {
        const startUs = bed.kernel.nowUs;
        await pod.processPort.work('compute', 100);
        durationsMs.push((bed.kernel.nowUs - startUs) / 1000);
      }
    };
    bed.kubernetes.deploy(app({ start: (pod) => void measure(pod) }));
    await bed.runTo(2 * minute);
    durationsMs.sort((left, right) => left - right);
    expect(durationsMs).toHaveLength(400);
    expect(durationsMs[200]).toBeGreaterThan(93);
    expect(durationsMs[200]).toBeLessThan(107);
    expect(durationsMs[336]).toBeGreaterThan(115);
    expect(durationsMs[336]).toBeLessThan(140);
  });
});

describe('endpoint lag', () => {
  test('a terminating pod stays visible for 0.2 to 2 s, and a ready one appears after as long', async () => {
    const lags: number[] = [];
    for (let seed = 1n; seed <= 20n; seed++) {
      const bed = new Testbed(seed);
      bed.kubernetes.deploy(app({ replicas: 2 }));
      await bed.runTo(10 * second);
      const pod = bed.firstPod();
      expect(bed.kubernetes.endpoints('app')).toContain(pod.host);
      bed.kubernetes.deletePod(pod.name);
      await bed.runFor(190);
      expect(bed.kubernetes.endpoints('app')).toContain(pod.host);
      while (bed.kubernetes.endpoints('app').includes(pod.host)) await bed.runFor(10);
      lags.push(bed.nowMs - 10 * second);
    }
    expect(Math.min(...lags)).toBeGreaterThanOrEqual(200);
    expect(Math.max(...lags)).toBeLessThanOrEqual(2_010);
    expect(Math.max(...lags) - Math.min(...lags)).toBeGreaterThan(800);
  });

  test('the list is the same object while nothing changes', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ replicas: 2 }));
    await bed.runTo(10 * second);
    const list = bed.kubernetes.endpoints('app');
    await bed.runFor(minute);
    expect(bed.kubernetes.endpoints('app')).toBe(list);
    expect(bed.kubernetes.service('app').addresses).toBe(list);
  });
});
