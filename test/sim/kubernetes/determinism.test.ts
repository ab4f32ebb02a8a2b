import { expect, test } from 'vitest';
import { app, minute, smallNodes, Testbed } from './testbed.ts';

async function stormyHalfHour(seed: bigint): Promise<{ digest: string; events: string }> {
  const bed = new Testbed(seed, smallNodes(4, 64_000));
  bed.kubernetes.deploy(app({ replicas: 12, disruptionBudget: { maxUnavailable: 2 } }));
  bed.kubernetes.deploy(app({ name: 'gateway', replicas: 3, stableNames: true }));
  await bed.runTo(minute);
  bed.kubernetes.setImage('app', 'app:2', 'test');
  await bed.runFor(10_000);
  bed.kubernetes.killPod(bed.firstPod().name);
  bed.kubernetes.failNode('node-2');
  await bed.runFor(5_000);
  bed.kubernetes.drainNode('node-3');
  bed.kubernetes.scale('app', 20, 'test');
  await bed.runFor(10 * minute);
  bed.kubernetes.restoreNode('node-2');
  bed.kubernetes.restartDeployment('gateway', 'test');
  await bed.runTo(30 * minute);
  expect(bed.kubernetes.status('app')).toMatchObject({ desired: 20, updated: 20, ready: 20 });
  expect(bed.kubernetes.status('gateway')).toMatchObject({ desired: 3, ready: 3 });
  return { digest: bed.kernel.fingerprint.digest(), events: JSON.stringify(bed.events) };
}

test('equal seeds give equal fingerprints and histories, other seeds others', async () => {
  const first = await stormyHalfHour(11n);
  const again = await stormyHalfHour(11n);
  const other = await stormyHalfHour(12n);
  expect(again).toEqual(first);
  expect(other.digest).not.toBe(first.digest);
});

test('a cluster in which nothing happens costs no events', async () => {
  const bed = new Testbed();
  bed.kubernetes.deploy(app({ replicas: 45 }));
  await bed.runTo(minute);
  const { events } = bed.kernel;
  await bed.runFor(600 * minute);
  expect(bed.kernel.events).toBe(events);
});
