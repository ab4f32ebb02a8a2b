import { lastingFault } from '../fault.ts';
import { textOf } from '../parameter.ts';
import { natsNodeParameter, natsNodes } from '../server-choice.ts';
import { colourOf, colourParameter } from '../target-group.ts';

/** Ends one NATS server in good order, as an upgrade does (jetstream R2). */
export const natsShutDownNode = lastingFault({
  kind: 'nats.shut-down-node',
  summary: 'a NATS server is shut down in good order, and started again at the end',
  effect:
    'Every leadership of the server is handed over first, then its connections close and clients reconnect to the others. Outages stay below a second for a stream.',
  live: 'SIGTERM of nats-server, or kubectl delete pod of the StatefulSet',
  rulesUsuallyHit: ['budget.processing', 'rebalance.limits'],
  typicalDurationMs: [5_000, 60_000],
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
    const stopped = natsNodes(cluster, textOf(values, 'node'), random);
    for (const { index } of stopped) cluster.shutDownNode(index);
    return {
      targets: stopped.map(({ node }) => node.name),
      hits: () => stopped.length,
      end: () => {
        for (const { index } of stopped) cluster.restartNode(index);
      },
    };
  },
});
