import { describe, expect, test } from 'vitest';
import { desiredHealthy, evictionAllowed } from '../../../sim/kubernetes/disruption-budget.ts';
import { app, minute, second, smallNodes, Testbed } from './testbed.ts';

describe('loss of a node', () => {
  test('silent at once, NotReady after 40 s, replaced after another 300 s', async () => {
    const bed = new Testbed(1n, smallNodes(3, 64_000));
    bed.kubernetes.deploy(app({ replicas: 6 }));
    await bed.runTo(minute);
    const node = bed.firstPod().node?.name ?? '';
    const lost = bed.kubernetes.pods().filter((pod) => pod.node?.name === node);
    expect(lost).toHaveLength(2);
    bed.kubernetes.failNode(node);
    for (const pod of lost) {
      expect(pod.process.alive).toBe(false);
      expect(bed.network.isUp(pod.host)).toBe(false);
    }
    await bed.runTo(minute + 39 * second);
    expect(bed.kubernetes.status('app').ready).toBe(6);
    expect(bed.kubernetes.endpoints('app')).toHaveLength(6);
    await bed.runTo(minute + 43 * second);
    expect(bed.of('node.not-ready')).toMatchObject([{ timeMs: minute + 40 * second }]);
    expect(bed.kubernetes.status('app').ready).toBe(4);
    expect(bed.kubernetes.endpoints('app')).toHaveLength(4);
    await bed.runTo(minute + 339 * second);
    expect(bed.of('pod.created')).toHaveLength(6);
    await bed.runTo(minute + 360 * second);
    expect(bed.of('pod.terminating').map((event) => event.timeMs)).toEqual([
      minute + 340 * second,
      minute + 340 * second,
    ]);
    expect(bed.kubernetes.status('app')).toMatchObject({ ready: 6 });
    expect(bed.kubernetes.pods()).toHaveLength(8);
    await bed.runTo(30 * minute);
    expect(lost.map((pod) => pod.phase)).toEqual(['running', 'running']);
    bed.kubernetes.restoreNode(node);
    await bed.runFor(second);
    expect(bed.kubernetes.pods()).toHaveLength(6);
    expect(bed.of('pod.ended').map((event) => event.how)).toEqual(['node-lost', 'node-lost']);
  });

  test('a node that is back in time starts its pods again with new addresses', async () => {
    const bed = new Testbed(1n, smallNodes(3, 64_000));
    bed.kubernetes.deploy(app({ replicas: 3 }));
    await bed.runTo(minute);
    const pod = bed.firstPod();
    const { host } = pod;
    bed.kubernetes.failNode(pod.node?.name ?? '');
    await bed.runFor(2 * minute);
    bed.kubernetes.restoreNode(pod.node?.name ?? '');
    await bed.runFor(10 * minute);
    expect(bed.of('pod.created')).toHaveLength(3);
    expect(pod).toMatchObject({ phase: 'running', ready: true, restarts: 1 });
    expect(pod.host).not.toBe(host);
    expect(bed.kubernetes.endpoints('app')).toContain(pod.host);
    expect(bed.kubernetes.endpoints('app')).not.toContain(host);
  });

  test('pods with stable names wait for their node, unless their deletion is forced', async () => {
    const bed = new Testbed(1n, smallNodes(3, 64_000));
    bed.kubernetes.deploy(app({ name: 'gateway', replicas: 3, stableNames: true }));
    await bed.runTo(minute);
    const pod = bed.firstPod('gateway');
    bed.kubernetes.failNode(pod.node?.name ?? '');
    await bed.runFor(20 * minute);
    expect(bed.kubernetes.status('gateway').ready).toBe(2);
    bed.kubernetes.deletePod(pod.name, 0);
    await bed.runFor(30 * second);
    expect(bed.kubernetes.status('gateway').ready).toBe(3);
    expect(bed.kubernetes.pod(pod.name)?.node?.name).not.toBe(pod.node?.name);
  });
});

describe('disruption budget', () => {
  test('percentages are rounded up', () => {
    expect(desiredHealthy({ minAvailable: '50%' }, 7)).toBe(4);
    expect(desiredHealthy({ maxUnavailable: '25%' }, 7)).toBe(5);
    expect(desiredHealthy({ maxUnavailable: 1 }, 3)).toBe(2);
  });

  test('a pod that is not ready goes only while the budget is met', () => {
    expect(evictionAllowed({ minAvailable: 2 }, 3, 2, false)).toBe(true);
    expect(evictionAllowed({ minAvailable: 2 }, 3, 2, true)).toBe(false);
    expect(evictionAllowed({ minAvailable: 2 }, 3, 1, false)).toBe(false);
    expect(evictionAllowed({ minAvailable: 2 }, 3, 3, true)).toBe(true);
  });

  test('a drain takes one pod at a time where only one may be missing, and asks again every 5 s', async () => {
    const bed = new Testbed(1n, smallNodes(2, 64_000));
    bed.kubernetes.deploy(app({ replicas: 6, disruptionBudget: { maxUnavailable: 1 } }));
    await bed.runTo(minute);
    const node = bed.firstPod().node?.name ?? '';
    bed.kubernetes.drainNode(node);
    let fewest = 6;
    while (bed.of('node.drained').length === 0 && bed.nowMs < 10 * minute) {
      await bed.runFor(100);
      fewest = Math.min(fewest, bed.kubernetes.status('app').ready);
    }
    expect(fewest).toBe(5);
    expect(bed.of('pod.terminating')).toHaveLength(3);
    for (const { timeMs } of bed.of('pod.eviction-refused')) expect((timeMs - minute) % (5 * second)).toBe(0);
    expect(bed.of('node.drained')[0]?.durationMs).toBeGreaterThan(10 * second);
    expect(bed.kubernetes.pods().every((pod) => pod.node?.name !== node)).toBe(true);
    bed.kubernetes.uncordonNode(node);
    expect(bed.of('node.uncordoned')).toHaveLength(1);
  });

  test('a budget without room blocks a drain for ever, but no deletion, update or scale-down', async () => {
    const bed = new Testbed(1n, smallNodes(2, 64_000));
    bed.kubernetes.deploy(app({ replicas: 4, disruptionBudget: { minAvailable: '100%' } }));
    await bed.runTo(minute);
    const pod = bed.firstPod();
    bed.kubernetes.drainNode(pod.node?.name ?? '');
    await bed.runFor(10 * minute);
    expect(bed.of('pod.terminating')).toEqual([]);
    expect(bed.kubernetes.evictPod(pod.name)).toBe('refused');
    expect(bed.kubernetes.evictPod('app-none')).toBe('not-found');
    bed.kubernetes.deletePod(pod.name);
    bed.kubernetes.scale('app', 3, 'test');
    await bed.runFor(minute);
    expect(bed.of('pod.ended').length).toBeGreaterThanOrEqual(1);
    expect(bed.kubernetes.status('app')).toMatchObject({ desired: 3, ready: 3 });
  });
});
