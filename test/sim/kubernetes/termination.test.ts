import { describe, expect, test } from 'vitest';
import type { DeploymentSpec, Pod } from '../../../sim/kubernetes/index.ts';
import { app, minute, second, Testbed } from './testbed.ts';

/** Records when SIGTERM came and how often a timer of the process still fired. */
class Watcher {
  terminatedMs: number | undefined;
  ticks = 0;

  spec(bed: Testbed, changes: Partial<DeploymentSpec> = {}, exitAfterMs?: number): DeploymentSpec {
    return app({
      start: (pod: Pod) => {
        const port = pod.processPort;
        const process = pod.process;
        port.setReady(true);
        process.every(100, () => this.ticks++);
        port.onTerminate(() => {
          this.terminatedMs = bed.nowMs;
          if (exitAfterMs !== undefined) process.after(exitAfterMs, () => port.exit(0));
        });
      },
      ...changes,
    });
  }
}

async function deleted(changes: Partial<DeploymentSpec>, exitAfterMs?: number, seed = 1n) {
  const bed = new Testbed(seed);
  const watcher = new Watcher();
  bed.kubernetes.deploy(watcher.spec(bed, changes, exitAfterMs));
  await bed.runTo(20 * second);
  const pod = bed.firstPod();
  const process = pod.process;
  let endedMs: number | undefined;
  process.onEnd(() => (endedMs = bed.nowMs));
  bed.kubernetes.scale('app', 0, 'test');
  await bed.runFor(2 * minute);
  const deletedMs = bed.of('pod.terminating')[0]?.timeMs ?? NaN;
  return {
    bed,
    how: bed.of('pod.ended')[0]?.how,
    sigtermAfterMs: (watcher.terminatedMs ?? NaN) - deletedMs,
    endAfterMs: (endedMs ?? NaN) - deletedMs,
    goneAfterMs: (bed.of('pod.ended')[0]?.timeMs ?? NaN) - deletedMs,
  };
}

describe('termination', () => {
  test('SIGTERM comes within a second, SIGKILL when the grace period counted from the deletion is over', async () => {
    for (let seed = 1n; seed <= 10n; seed++) {
      const { how, sigtermAfterMs, endAfterMs } = await deleted({}, undefined, seed);
      expect(how).toBe('grace-expired');
      expect(sigtermAfterMs).toBeGreaterThanOrEqual(0);
      expect(sigtermAfterMs).toBeLessThanOrEqual(1_000);
      expect(endAfterMs).toBeCloseTo(30_000, 6);
    }
  });

  test('a process that leaves in time is gone when it leaves', async () => {
    const { how, sigtermAfterMs, endAfterMs, goneAfterMs } = await deleted({}, 7_000);
    expect(how).toBe('exited');
    expect(endAfterMs - sigtermAfterMs).toBeCloseTo(7_000, 6);
    expect(goneAfterMs - endAfterMs).toBeLessThanOrEqual(1_000);
  });

  test('preStop runs inside the grace period', async () => {
    const { sigtermAfterMs, endAfterMs } = await deleted({ preStopMs: 5_000 });
    expect(sigtermAfterMs).toBeGreaterThanOrEqual(5_000);
    expect(sigtermAfterMs).toBeLessThanOrEqual(6_000);
    expect(endAfterMs).toBeCloseTo(30_000, 6);
  });

  test('a preStop that outlives the grace period is cut, with 2 s left after SIGTERM', async () => {
    const { sigtermAfterMs, endAfterMs } = await deleted({ preStopMs: 60_000 });
    expect(sigtermAfterMs).toBeCloseTo(30_000, 6);
    expect(endAfterMs).toBeCloseTo(32_000, 6);
  });

  test('however short the grace period, SIGKILL comes 2 s after SIGTERM', async () => {
    const { sigtermAfterMs, endAfterMs } = await deleted({ terminationGraceMs: 500 });
    expect(endAfterMs).toBeCloseTo(sigtermAfterMs + 2_000, 6);
  });

  test('a frozen process is killed all the same', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ replicas: 1 }));
    await bed.runTo(20 * second);
    const pod = bed.firstPod();
    bed.kubernetes.freezePod(pod.name);
    bed.kubernetes.scale('app', 0, 'test');
    await bed.runFor(minute);
    expect(bed.of('pod.ended')).toMatchObject([{ pod: pod.name, how: 'grace-expired' }]);
    expect(pod.process.alive).toBe(false);
  });

  test('a pod that is deleted before it started never starts', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ replicas: 1 }));
    await bed.runTo(300);
    bed.kubernetes.scale('app', 0, 'test');
    await bed.runFor(minute);
    expect(bed.of('pod.started')).toEqual([]);
    expect(bed.of('pod.ended')).toMatchObject([{ how: 'never-started' }]);
    expect(bed.kubernetes.pods()).toEqual([]);
  });

  test('grace 0 removes the object at once: the successor may run beside the old process', async () => {
    const bed = new Testbed(3n, { kubeletLag: { lowMs: 900, highMs: 1_000 } });
    bed.kubernetes.deploy(
      app({
        replicas: 1,
        stableNames: true,
        startup: { lowMs: 300, highMs: 400 },
        start: (pod) => pod.processPort.setReady(true),
      }),
    );
    await bed.runTo(20 * second);
    const old = bed.firstPod();
    bed.kubernetes.deletePod(old.name, 0);
    expect(bed.kubernetes.pod(old.name)).toBeUndefined();
    await bed.runFor(2_500);
    const successor = bed.firstPod();
    expect(successor.name).toBe(old.name);
    expect(successor.process.uid).not.toBe(old.process.uid);
    expect([old.process.alive, successor.process.alive]).toEqual([true, true]);
    await bed.runFor(second);
    expect([old.process.alive, successor.process.alive]).toEqual([false, true]);
    expect(bed.network.isUp(successor.host)).toBe(true);
  });
});

describe('crash', () => {
  test('a killed process never resumes; its pod keeps name and address and starts again', async () => {
    const bed = new Testbed();
    const watcher = new Watcher();
    let resumed = 0;
    const spec = watcher.spec(bed);
    bed.kubernetes.deploy({
      ...spec,
      start: (pod) => {
        spec.start(pod);
        if (pod.restarts > 0) return;
        const wait = async (): Promise<void> => {
          await pod.processPort.work('long', 60_000);
          resumed++;
        };
        void wait();
      },
    });
    await bed.runTo(10 * second);
    const pod = bed.firstPod();
    const { host, process } = pod;
    bed.kubernetes.killPod(pod.name);
    const ticks = watcher.ticks;
    expect(process.alive).toBe(false);
    await bed.runFor(1_000);
    expect(watcher.ticks).toBe(ticks);
    await bed.runFor(5 * minute);
    expect(resumed).toBe(0);
    expect(pod).toMatchObject({ restarts: 1, host, phase: 'running', ready: true });
    expect(pod.process.uid).not.toBe(process.uid);
    expect(bed.kubernetes.pods()).toEqual([pod]);
  });

  test('the back-off doubles from 10 s to 300 s, and is forgotten after ten good minutes', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(
      app({
        start: (pod) => {
          if (pod.restarts < 8) pod.process.after(100, () => pod.processPort.exit(1));
        },
      }),
    );
    await bed.runTo(60 * minute);
    const backoffs = bed.of('pod.restarting').map((event) => event.backoffMs / 1000);
    expect(backoffs).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
    expect(bed.of('pod.restarting')[0]?.how).toBe('failed');
    const pod = bed.firstPod();
    bed.kubernetes.killPod(pod.name);
    await bed.runFor(10 * second);
    expect(bed.of('pod.restarting').at(-1)).toMatchObject({ how: 'crashed', backoffMs: 0 });
    expect(pod.phase).toBe('running');
  });

  test('a crashed pod leaves the endpoints and comes back to them', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ replicas: 2 }));
    await bed.runTo(20 * second);
    const pod = bed.firstPod();
    bed.kubernetes.killPod(pod.name);
    await bed.runFor(3 * second);
    expect(bed.of('pod.unready')).toMatchObject([{ pod: pod.name }]);
    await bed.runFor(10 * second);
    expect(bed.kubernetes.endpoints('app')).toHaveLength(2);
  });
});
