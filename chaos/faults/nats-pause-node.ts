import { lastingFault } from '../fault.ts';
import { textOf } from '../parameter.ts';
import { natsNodeParameter, natsNodes } from '../server-choice.ts';
import { colourOf, colourParameter } from '../target-group.ts';

/** Stops a NATS server with its connections open; it catches up at the end. */
export const natsPauseNode = lastingFault({
  kind: 'nats.pause-node',
  summary: 'a NATS server stands still with its connections open',
  effect:
    'The process answers nothing and keeps what arrives. Its clients wait for their time-outs, its raft groups elect another leader; when it goes on it first believes that it still leads.',
  live: 'kill -STOP and kill -CONT of nats-server',
  rulesUsuallyHit: ['effect.exactly-once', 'budget.processing', 'recovery.crash'],
  typicalDurationMs: [2_000, 60_000],
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
    const paused = natsNodes(cluster, textOf(values, 'node'), random);
    for (const { index } of paused) cluster.pauseNode(index);
    return {
      targets: paused.map(({ node }) => node.name),
      hits: () => paused.length,
      end: () => {
        for (const { index } of paused) cluster.resumeNode(index);
      },
    };
  },
});
