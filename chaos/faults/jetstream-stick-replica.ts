import { lastingFault } from '../fault.ts';
import { textOf } from '../parameter.ts';
import { natsNodes, natsStreamParameter } from '../server-choice.ts';
import { colourOf, colourParameter } from '../target-group.ts';

/** Keeps one replica of a stream from following (jetstream R10). */
export const jetStreamStickReplica = lastingFault({
  kind: 'jetstream.stick-replica',
  summary: 'a replica of a stream stays behind, until its server is started anew at the end',
  effect:
    'A follower takes nothing more of the stream or bucket. It answers reads with what it had, for ever older, and is no use for a quorum.',
  live: 'not on purpose: seen after restarts under load (nats-server #5205)',
  rulesUsuallyHit: ['budget.processing', 'leadership.fenced'],
  typicalDurationMs: [60_000, 600_000],
  parameters: [colourParameter, natsStreamParameter],
  impact: (values) => ({
    dependency: `nats-${textOf(values, 'colour')}`,
    big: true,
    storageLost: 0,
    groupSize: 3,
    settleMs: 60_000,
  }),
  begin(world, values, random) {
    const cluster = world.nats[colourOf(textOf(values, 'colour'))];
    const stream = textOf(values, 'stream');
    const stuck = natsNodes(cluster, 'follower', random, stream).filter(({ index }) =>
      cluster.stickReplica(index, stream),
    );
    return {
      targets: stuck.map(({ node }) => node.name),
      hits: () => stuck.length,
      end: () => {
        for (const { index } of stuck) {
          cluster.killNode(index);
          cluster.restartNode(index);
        }
      },
    };
  },
});
