import { describe, expect, test } from 'vitest';
import type { DeploymentSpec } from '../../../sim/kubernetes/index.ts';
import { app, minute, second, Testbed } from './testbed.ts';

const probe = { initialDelayMs: 0, periodMs: 2_000, timeoutMs: 1_000, failureThreshold: 3 };

async function readyBed(spec: Partial<DeploymentSpec>): Promise<Testbed> {
  const bed = new Testbed();
  bed.kubernetes.deploy(app({ readiness: probe, ...spec }));
  await bed.runTo(minute);
  return bed;
}

/** All pods of the moment are answered no for so long, then truly for so long. */
async function flap(bed: Testbed, noMs: number, yesMs: number, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    for (const { name } of bed.kubernetes.pods()) bed.kubernetes.failReadiness(name, true);
    await bed.runFor(noMs);
    for (const { name } of bed.kubernetes.pods()) bed.kubernetes.failReadiness(name, false);
    await bed.runFor(yesMs);
  }
}

describe('readiness that flaps (delivery F64)', () => {
  test('takes pods out of the endpoints and back; containers and liveness know nothing of it', async () => {
    const bed = await readyBed({ replicas: 3 });
    expect(bed.kubernetes.endpoints('app')).toHaveLength(3);
    for (const { name } of bed.kubernetes.pods()) bed.kubernetes.failReadiness(name, true);
    await bed.runFor(10 * second);
    expect(bed.kubernetes.endpoints('app')).toHaveLength(0);
    for (const { name } of bed.kubernetes.pods()) bed.kubernetes.failReadiness(name, false);
    await bed.runFor(5 * second);
    expect(bed.kubernetes.endpoints('app')).toHaveLength(3);
    await flap(bed, 7 * second, 3 * second, 60);
    expect(bed.of('pod.unready')).toHaveLength(3 * 61);
    expect(bed.of('pod.restarting')).toEqual([]);
    expect(bed.of('pod.terminating')).toEqual([]);
  });

  test('is not seen where no row of three failures comes together', async () => {
    const bed = await readyBed({ replicas: 3 });
    await flap(bed, 3_900, 2_100, 60);
    expect(bed.of('pod.unready')).toEqual([]);
  });

  test('starts the minimum ready time anew each time', async () => {
    const bed = await readyBed({ replicas: 2, minReadyMs: 8 * second });
    expect(bed.kubernetes.counts('app').available).toBe(2);
    let available = 0;
    for (let time = 0; time < 20; time++) {
      await flap(bed, 7 * second, 3 * second, 1);
      available = Math.max(available, bed.kubernetes.counts('app').available);
    }
    expect(available).toBe(0);
    await bed.runFor(12 * second);
    expect(bed.kubernetes.counts('app').available).toBe(2);
  });

  test('holds an update up that would not do without anybody, and the update ends after it', async () => {
    const bed = await readyBed({ replicas: 4, maxUnavailable: 0, minReadyMs: 8 * second });
    bed.kubernetes.setImage('app', 'app:2', 'test');
    await flap(bed, 7 * second, 3 * second, 30);
    expect(bed.of('update.completed')).toEqual([]);
    expect(bed.kubernetes.counts('app').updated).toBeLessThan(4);
    await bed.runFor(3 * minute);
    expect(bed.of('update.completed')).toHaveLength(1);
    expect(bed.kubernetes.counts('app')).toEqual({ total: 4, updated: 4, ready: 4, available: 4 });
  });

  test('counts as progress whenever a pod is ready again, so that a deadline is missed only without that', async () => {
    const stuckAfter = async (yesMs: number): Promise<readonly number[]> => {
      const bed = await readyBed({ replicas: 4, maxUnavailable: 0, progressDeadlineMs: 90 * second });
      bed.kubernetes.configure('app', { minReadyMs: 30 * second }, 'test');
      bed.kubernetes.reportStuckUpdates();
      bed.kubernetes.setImage('app', 'app:2', 'test');
      await flap(bed, 10 * second - yesMs, yesMs, 30);
      await bed.runFor(10 * minute);
      expect(bed.of('update.completed')).toHaveLength(1);
      expect(bed.kubernetes.conditions('app')?.progressing?.reason).toBe('NewReplicaSetAvailable');
      return bed.of('update.stuck').map(({ sinceStartMs }) => sinceStartMs);
    };
    expect(await stuckAfter(3 * second)).toEqual([]);
    const [only, ...others] = await stuckAfter(0);
    expect(others).toEqual([]);
    expect(only).toBeGreaterThan(90 * second);
    expect(only).toBeLessThan(100 * second);
  });

  test('a missed deadline is an event only where that was asked for', async () => {
    const bed = await readyBed({ replicas: 4, maxUnavailable: 0, progressDeadlineMs: 90 * second });
    bed.kubernetes.setImage('app', 'app:2', 'test');
    await flap(bed, 10 * second, 0, 30);
    expect(bed.of('update.stuck')).toEqual([]);
  });

  test('scales nothing: pods that were ready once count for the autoscaler (delivery 77, 79)', async () => {
    const scaled = async (flaps: boolean): Promise<readonly number[]> => {
      let loadMilli = 500;
      const bed = await readyBed({
        replicas: 4,
        cpuMilli: 1_000,
        autoscaler: {
          minReplicas: 2,
          maxReplicas: 12,
          targetCpuPercent: 50,
          cpuUsageMilli: () => loadMilli,
        },
      });
      await bed.runTo(7 * minute);
      if (flaps) await flap(bed, 7 * second, 3 * second, 30);
      else await bed.runFor(5 * minute);
      expect(bed.of('deployment.changed')).toEqual([]);
      loadMilli = 650;
      if (flaps) await flap(bed, 7 * second, 3 * second, 3);
      else await bed.runFor(30 * second);
      return bed.of('deployment.changed').map(({ replicas }) => replicas);
    };
    expect(await scaled(false)).toEqual([6]);
    expect(await scaled(true)).toEqual([6]);
  });
});

describe('a drain with a time-out (delivery 84, F66)', () => {
  test('is given up by the names of the pods that stay, and the machine stays cordoned', async () => {
    const bed = await readyBed({ replicas: 6, disruptionBudget: { maxUnavailable: 0 } });
    const pod = bed.firstPod();
    const node = pod.node?.name ?? '';
    const there = bed.kubernetes.pods().filter((other) => other.node?.name === node);
    bed.kubernetes.drainNode(node, 2 * minute);
    await bed.runFor(10 * minute);
    expect(bed.of('node.drain-given-up')).toMatchObject([
      { node, pods: there.map(({ name }) => name), durationMs: 2 * minute, timeMs: 3 * minute },
    ]);
    expect(bed.of('node.drained')).toEqual([]);
    expect(bed.of('pod.terminating')).toEqual([]);
    const refused = bed.of('pod.eviction-refused').filter((event) => event.pod === pod.name);
    expect(refused.length).toBeGreaterThanOrEqual(24);
    expect(refused.at(-1)?.timeMs).toBeLessThanOrEqual(3 * minute);
    expect(refused[0]).toMatchObject({ healthy: 6, needed: 6, replicas: 6 });
    expect(bed.kubernetes.nodes().find(({ name }) => name === node)?.cordoned).toBe(true);
    bed.kubernetes.uncordonNode(node);
    expect(bed.of('node.drain-given-up')).toHaveLength(1);
  });

  test('is over at an uncordon, too, and then told; the time-out of an earlier one ends no later one', async () => {
    const bed = await readyBed({ replicas: 2, disruptionBudget: { minAvailable: '100%' } });
    const node = bed.firstPod().node?.name ?? '';
    bed.kubernetes.drainNode(node, minute);
    await bed.runFor(30 * second);
    bed.kubernetes.uncordonNode(node);
    expect(bed.of('node.drain-given-up')).toMatchObject([{ node, durationMs: 30 * second }]);
    bed.kubernetes.drainNode(node, 2 * minute);
    await bed.runFor(5 * minute);
    expect(bed.of('node.drain-given-up').map(({ durationMs }) => durationMs)).toEqual([
      30 * second,
      2 * minute,
    ]);
  });

  test('is drained and nothing else where the budget allows it', async () => {
    const bed = await readyBed({ replicas: 6, disruptionBudget: { maxUnavailable: 1 } });
    bed.kubernetes.drainNode(bed.firstPod().node?.name ?? '', 5 * minute);
    await bed.runFor(10 * minute);
    expect(bed.of('node.drained')).toHaveLength(1);
    expect(bed.of('node.drain-given-up')).toEqual([]);
  });
});
