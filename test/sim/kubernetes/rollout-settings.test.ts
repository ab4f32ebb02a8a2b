import { describe, expect, test } from 'vitest';
import { app, minute, second, Testbed } from './testbed.ts';

/** Pods of the first image become ready by themselves, those of the second never. */
function brokenUpdate(): Testbed {
  const bed = new Testbed();
  bed.kubernetes.deploy(
    app({
      replicas: 4,
      progressDeadlineMs: 10 * minute,
      start: (pod) => {
        if (pod.image === 'app:1') pod.processPort.setReady(true);
        pod.processPort.onTerminate(() => pod.processPort.exit(0));
      },
    }),
  );
  return bed;
}

describe('settings of a rollout', () => {
  test('a pod counts as available only after its minimum ready time', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ replicas: 2, minReadyMs: 30 * second }));
    await bed.runTo(20 * second);
    expect(bed.kubernetes.counts('app')).toEqual({ total: 2, updated: 2, ready: 2, available: 0 });
    expect(bed.kubernetes.conditions('app')?.available).toBe('False');
    await bed.runFor(minute);
    expect(bed.kubernetes.counts('app').available).toBe(2);
    bed.kubernetes.setImage('app', 'app:2', 'test');
    await bed.runFor(20 * minute);
    const [first, next] = bed.of('pod.ready').slice(2);
    // With surge 1 and none unavailable the second new pod waits for the first to be available.
    expect((next?.timeMs ?? 0) - (first?.timeMs ?? 0)).toBeGreaterThan(30 * second);
  });

  test('a paused Deployment is resized and not rolled out (delivery 69)', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ replicas: 4 }));
    await bed.runTo(2 * minute);
    bed.kubernetes.configure('app', { paused: true }, 'test');
    bed.kubernetes.setImage('app', 'app:2', 'test');
    bed.kubernetes.scale('app', 6, 'test');
    await bed.runFor(5 * minute);
    expect(bed.kubernetes.pods().map((pod) => pod.image)).toEqual(Array<string>(6).fill('app:1'));
    expect(bed.kubernetes.conditions('app')?.progressing).toEqual({
      status: 'Unknown',
      reason: 'DeploymentPaused',
    });
    bed.kubernetes.configure('app', { paused: false }, 'test');
    await bed.runFor(10 * minute);
    expect(bed.kubernetes.pods().map((pod) => pod.image)).toEqual(Array<string>(6).fill('app:2'));
    expect(bed.kubernetes.conditions('app')?.progressing?.reason).toBe('NewReplicaSetAvailable');
  });

  test('a missed progress deadline is a condition and nothing else (delivery 65)', async () => {
    const bed = brokenUpdate();
    await bed.runTo(2 * minute);
    bed.kubernetes.setImage('app', 'app:2', 'test');
    await bed.runFor(9 * minute);
    expect(bed.kubernetes.conditions('app')?.progressing?.reason).toBe('ReplicaSetUpdated');
    const before = bed.kubernetes.pods().map((pod) => pod.name);
    await bed.runFor(5 * minute);
    expect(bed.kubernetes.conditions('app')).toEqual({
      progressing: { status: 'False', reason: 'ProgressDeadlineExceeded' },
      available: 'True',
    });
    expect(bed.kubernetes.pods().map((pod) => pod.name)).toEqual(before);
  });

  test('other surge in the midst of an update', async () => {
    const bed = brokenUpdate();
    await bed.runTo(2 * minute);
    bed.kubernetes.setImage('app', 'app:2', 'test');
    await bed.runFor(minute);
    const sizes = (): readonly number[] => bed.kubernetes.replicaSets('app').map((set) => set.replicas);
    expect(sizes()).toEqual([3, 2]);
    bed.kubernetes.configure('app', { maxSurge: 3, maxUnavailable: 0 }, 'test');
    await bed.runFor(minute);
    expect(sizes()).toEqual([3, 4]);
  });

  test('old ReplicaSets beyond the history limit are forgotten, the oldest first', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ replicas: 1, revisionHistoryLimit: 1 }));
    for (const image of ['app:2', 'app:3']) {
      await bed.runFor(5 * minute);
      bed.kubernetes.setImage('app', image, 'test');
    }
    await bed.runFor(5 * minute);
    expect(bed.kubernetes.replicaSets('app').map((set) => set.template.image)).toEqual(['app:2', 'app:3']);
  });

  test('new sizes are told in the order in which they are written', async () => {
    const bed = new Testbed();
    const sizes: string[] = [];
    bed.kubernetes.watchReplicaSets(({ template, from, to }) => {
      sizes.push(`${template.image} ${from} ${to}`);
    });
    bed.kubernetes.deploy(app({ replicas: 2 }));
    await bed.runTo(2 * minute);
    bed.kubernetes.setImage('app', 'app:2', 'test');
    await bed.runFor(5 * minute);
    expect(sizes).toEqual(['app:1 0 2', 'app:2 0 1', 'app:1 2 1', 'app:2 1 2', 'app:1 1 0']);
  });
});
