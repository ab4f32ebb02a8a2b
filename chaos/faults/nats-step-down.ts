import { instantFault } from '../fault.ts';
import { textOf } from '../parameter.ts';
import { colourOf, colourParameter } from '../target-group.ts';

const groups = ['stream', 'meta', 'consumers'] as const;

/** Leaders hand over, as after an operator's step-down (jetstream B9, C1). */
export const natsStepDown = instantFault({
  kind: 'nats.step-down',
  summary: 'leaders of NATS groups hand over',
  effect:
    'The leader of the stream, of the meta group, or of every consumer of the stream names a successor and steps down. Pulls that waited at a consumer are lost until their heartbeats are missed.',
  live: 'nats stream cluster step-down, nats consumer cluster step-down, nats server raft step-down',
  rulesUsuallyHit: ['budget.processing', 'effect.exactly-once'],
  parameters: [
    colourParameter,
    { name: 'group', type: 'choice', choices: groups, default: 'stream', doc: 'whose leader' },
    { name: 'stream', type: 'text', default: 'dc-notifications', doc: 'which stream' },
  ],
  impact: (values) => ({
    dependency: `nats-${textOf(values, 'colour')}`,
    big: false,
    storageLost: 0,
    groupSize: 3,
    settleMs: 60_000,
  }),
  act(world, values) {
    const colour = colourOf(textOf(values, 'colour'));
    const group = groups.find((known) => known === textOf(values, 'group')) ?? 'stream';
    const count = world.nats[colour].stepDownLeaders(group, textOf(values, 'stream'));
    return count === 0 ? [] : [`${count} leaders (${group}) of nats-${colour}`];
  },
});
