import { expect, test } from 'vitest';
import { inDeletionOrder } from '../../../sim/kubernetes/pod-order.ts';
import type { Pod } from '../../../sim/kubernetes/index.ts';
import { app, minute, second, smallNodes, Testbed } from './testbed.ts';

test('unassigned, pending, not ready, crowded, newly ready: who goes first (delivery 68)', async () => {
  const bed = new Testbed(1n, smallNodes(2, 3_000));
  bed.kubernetes.deploy(
    app({
      replicas: 5,
      start: (pod) => pod.process.after(40 * second, () => pod.processPort.setReady(true)),
    }),
  );
  await bed.runTo(2 * minute);
  bed.kubernetes.scale('app', 6, 'test');
  await bed.runFor(30 * second);
  bed.kubernetes.scale('app', 7, 'test');
  await bed.runFor(10 * second);
  const pods = bed.kubernetes.pods();
  const order = inDeletionOrder(pods, pods, bed.kernel.nowUs);
  // The seventh fits nowhere, the sixth is not ready yet.
  expect(order[0]).toBe(pods[6]);
  expect(order[1]).toBe(pods[5]);
  const crowded = pods.slice(0, 5).filter((pod) => pod.node === pods[5]?.node);
  const others = pods.slice(0, 5).filter((pod) => pod.node !== pods[5]?.node);
  expect([crowded.length, others.length]).toEqual([2, 3]);
  await bed.runFor(3 * minute);
  const later = inDeletionOrder(pods.slice(0, 6), pods, bed.kernel.nowUs);
  expect(later[0]).toBe(pods[5]);
});

/** Six pods on six nodes, alike but for what `differ` does to the two that are created last but two. */
async function firstTwo(differ: (pod: Pod, bed: Testbed) => void): Promise<boolean> {
  const bed = new Testbed(5n, smallNodes(6, 64_000));
  bed.kubernetes.deploy(app({ replicas: 6 }));
  await bed.runTo(10 * minute);
  const chosen = bed.kubernetes.pods().slice(2, 4);
  for (const pod of chosen) differ(pod, bed);
  await bed.runFor(minute);
  const order = inDeletionOrder(bed.kubernetes.pods(), bed.kubernetes.pods(), bed.kernel.nowUs);
  return order.slice(0, 2).every((pod) => chosen.includes(pod));
}

test('pods that are alike go by name; not ready, then ready for a shorter time goes before', async () => {
  expect(await firstTwo(() => undefined)).toBe(false);
  expect(await firstTwo((pod) => pod.processPort.setReady(false))).toBe(true);
  expect(await firstTwo((pod, bed) => bed.kubernetes.killPod(pod.name))).toBe(true);
});

test('of pods that are not ready the one with more restarts goes first', async () => {
  const restartedFirst = await firstTwo((pod, bed) => {
    for (const other of bed.kubernetes.pods()) other.processPort.setReady(false);
    pod.restarts = 3;
  });
  expect(restartedFirst).toBe(true);
});
