import { lastingFault } from '../fault.ts';
import { textOf } from '../parameter.ts';
import { natsNodes } from '../server-choice.ts';
import { colourOf, colourParameter } from '../target-group.ts';

/** One server does not know any more that another leads anything (jetstream R15). */
export const jetStreamForgetInterest = lastingFault({
  kind: 'jetstream.forget-interest',
  summary:
    'a NATS server forgets the interest that the stream leader announced, until the route is made anew',
  effect:
    'Clients of that server are told that nobody answers for the stream, although it is healthy; those of the others notice nothing.',
  live: 'not on purpose: seen after route flaps (nats-server #5738)',
  rulesUsuallyHit: ['budget.processing', 'durability.acknowledged'],
  typicalDurationMs: [10_000, 120_000],
  parameters: [colourParameter],
  impact: (values) => ({
    dependency: `nats-${textOf(values, 'colour')}`,
    big: true,
    storageLost: 0,
    groupSize: 3,
    settleMs: 60_000,
  }),
  begin(world, values, random) {
    const cluster = world.nats[colourOf(textOf(values, 'colour'))];
    const [leader] = natsNodes(cluster, 'stream-leader', random);
    const forgetful = leader === undefined ? [] : natsNodes(cluster, 'follower', random);
    for (const { index } of forgetful) cluster.forgetInterest(index, leader?.index ?? index);
    return {
      targets: forgetful.map(({ node }) => node.name),
      hits: () => forgetful.length,
      end: () => {
        for (const { index } of forgetful) cluster.learnInterest(index, leader?.index ?? index);
      },
    };
  },
});
