import { lastingFault } from '../fault.ts';
import { textOf } from '../parameter.ts';
import { natsNodeParameter, natsNodes } from '../server-choice.ts';
import { colourOf, colourParameter } from '../target-group.ts';

/** Kills the process of one NATS server; its disk stays as written. */
export const natsKillNode = lastingFault({
  kind: 'nats.kill-node',
  summary: 'a NATS server process is killed, and started again at the end',
  effect:
    'The server dies at once: connections are closed by its operating system, clients reconnect to the others, raft groups that it led elect a new leader. What it wrote is still there when it starts again.',
  live: 'kill -9 of nats-server, or kubectl delete pod --force of the StatefulSet',
  rulesUsuallyHit: ['effect.exactly-once', 'budget.processing', 'rebalance.limits'],
  typicalDurationMs: [5_000, 120_000],
  parameters: [colourParameter, natsNodeParameter],
  impact: (values) => ({
    dependency: `nats-${textOf(values, 'colour')}`,
    big: true,
    storageLost: 0,
    groupSize: 3,
    settleMs: 60_000,
  }),
  begin(world, values, random) {
    const cluster = world.nats[colourOf(textOf(values, 'colour'))];
    const killed = natsNodes(cluster, textOf(values, 'node'), random);
    for (const { index } of killed) cluster.killNode(index);
    return {
      targets: killed.map(({ node }) => node.name),
      hits: () => killed.length,
      end: () => {
        for (const { index } of killed) cluster.restartNode(index);
      },
    };
  },
});
