import { lastingFault } from '../fault.ts';
import { anyColourParameter, componentParameter, draw, targetPods } from '../target-group.ts';

/** Takes a Kubernetes node away with all its pods. */
export const nodeLoss = lastingFault({
  kind: 'node.loss',
  summary: 'a Kubernetes node is lost with all its pods',
  effect:
    'The machine and every pod on it fall silent at once. Kubernetes notices after 40 s and replaces the pods after 300 s more; at the end the node is back, empty.',
  live: 'power off the worker, or kubectl drain --force of an unreachable node',
  rulesUsuallyHit: ['recovery.crash', 'movement.bounds', 'effect.exactly-once', 'rollback.bound'],
  typicalDurationMs: [60_000, 600_000],
  parameters: [
    { ...componentParameter, doc: 'the node is drawn among those that run such a pod' },
    anyColourParameter,
  ],
  impact: () => ({ dependency: 'kubernetes', big: true, storageLost: 0, groupSize: 1, settleMs: 120_000 }),
  begin(world, values, random) {
    const hosting = targetPods(world, values);
    const nodes = draw(random, Array.from(new Set(hosting.map((pod) => pod.nodeName))), 1);
    let pods = 0;
    for (const node of nodes) {
      pods += world.kubernetes.pods().filter((pod) => pod.nodeName === node && pod.process.alive).length;
      world.kubernetes.failNode(node);
    }
    return {
      targets: nodes,
      hits: () => pods,
      end: () => {
        for (const node of nodes) world.kubernetes.restoreNode(node);
      },
    };
  },
});
