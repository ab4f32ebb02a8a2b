import { instantFault } from '../fault.ts';
import { textOf } from '../parameter.ts';
import { natsNodeParameter, natsNodes, natsStreamParameter } from '../server-choice.ts';
import { colourOf, colourParameter } from '../target-group.ts';

/** Puts another server in the place of a stream's member (jetstream R8). */
export const jetStreamMoveMember = instantFault({
  kind: 'jetstream.move-member',
  summary: 'a server leaves a stream, and another one takes its place',
  effect:
    'The server gives up its replicas of the stream and its consumers; another server of the cluster begins with empty ones, whose votes and answers count at once. What only the one that left and one more had is lost if that one falls before the new one has caught up. A cluster that is no larger than its streams has no other server: nothing happens.',
  live: 'nats stream cluster peer-remove',
  rulesUsuallyHit: ['durability.published', 'budget.processing'],
  parameters: [colourParameter, natsNodeParameter, natsStreamParameter],
  impact: (values) => ({
    dependency: `nats-${textOf(values, 'colour')}`,
    big: false,
    storageLost: 1,
    groupSize: 3,
    settleMs: 60_000,
  }),
  act(world, values, random) {
    const cluster = world.nats[colourOf(textOf(values, 'colour'))];
    const stream = textOf(values, 'stream');
    return natsNodes(cluster, textOf(values, 'node'), random, stream).flatMap(({ index, node }) => {
      const replacement = cluster.moveMember(index, stream);
      return replacement === undefined ? [] : [`${node.name}, replaced by ${replacement}`];
    });
  },
});
