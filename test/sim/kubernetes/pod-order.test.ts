import { expect, test } from 'vitest';
import { inDeletionOrder } from '../../../sim/kubernetes/pod-order.ts';
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
  const order = inDeletionOrder(pods, bed.kernel.nowUs);
  // The seventh fits nowhere, the sixth is not ready yet.
  expect(order[0]).toBe(pods[6]);
  expect(order[1]).toBe(pods[5]);
  const crowded = pods.slice(0, 5).filter((pod) => pod.node === pods[5]?.node);
  const others = pods.slice(0, 5).filter((pod) => pod.node !== pods[5]?.node);
  expect([crowded.length, others.length]).toEqual([2, 3]);
  await bed.runFor(3 * minute);
  const later = inDeletionOrder(pods.slice(0, 6), bed.kernel.nowUs);
  expect(later[0]).toBe(pods[5]);
});
