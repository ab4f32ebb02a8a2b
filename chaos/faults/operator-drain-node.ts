import { lastingFault } from '../fault.ts';
import { numberOf } from '../parameter.ts';
import { anyColourParameter, componentParameter, draw, targetPods } from '../target-group.ts';

/** The operator empties machines for maintenance, and gives them back at the end (delivery 84, 85, F66). */
export const operatorDrainNode = lastingFault({
  kind: 'operator.drain-node',
  summary: 'the operator drains Kubernetes nodes, and uncordons them at the end',
  effect:
    'Nothing new is put on the nodes, and every pod on them is evicted: with its grace period, and as soon as its disruption budget allows. Where it does not, the eviction is refused (429) and asked for again every 5 s, until the time-out, or without end. At the end the nodes take pods again; a drain that is still under way is over then.',
  live: 'kubectl drain NODE --timeout=T, kubectl uncordon NODE',
  rulesUsuallyHit: ['drain.told', 'rebalance.limits', 'shutdown.order', 'effect.exactly-once'],
  typicalDurationMs: [120_000, 600_000],
  parameters: [
    { ...componentParameter, doc: 'the nodes are drawn among those that run such a pod' },
    anyColourParameter,
    {
      name: 'count',
      type: 'integer',
      unit: 'nodes',
      minimum: 1,
      maximum: 100,
      typical: [1, 3],
      default: 1,
      doc: 'how many at the same time',
    },
    {
      name: 'timeoutMs',
      type: 'integer',
      unit: 'milliseconds',
      minimum: 0,
      maximum: 86_400_000,
      typical: [60_000, 300_000],
      default: 0,
      doc: 'after which the drain is given up; 0: never',
    },
  ],
  impact: () => ({ dependency: 'kubernetes', big: true, storageLost: 0, groupSize: 1, settleMs: 120_000 }),
  begin(world, values, random) {
    const hosting = targetPods(world, values);
    const names = Array.from(new Set(hosting.map(({ nodeName }) => nodeName)));
    const nodes = draw(random, names, numberOf(values, 'count'));
    const pods = world.kubernetes.pods().filter(({ nodeName }) => nodes.includes(nodeName));
    const onThem = new Set(pods.map(({ name }) => name));
    let hits = 0;
    const count = ({ pod }: { readonly pod: string }): void => {
      if (onThem.has(pod)) hits++;
    };
    world.history.on('pod.terminating', count);
    world.history.on('pod.eviction-refused', count);
    for (const node of nodes) world.operator.drainNode(node, numberOf(values, 'timeoutMs'));
    return {
      targets: nodes,
      hits: () => hits,
      end: () => {
        for (const node of nodes) world.operator.uncordonNode(node);
      },
    };
  },
});
