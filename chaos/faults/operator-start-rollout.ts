import { instantFault } from '../fault.ts';
import { textOf } from '../parameter.ts';

/** The operator starts the rollout of a new image. */
export const operatorStartRollout = instantFault({
  kind: 'operator.start-rollout',
  summary: 'the operator starts the rollout of a release',
  effect:
    'The rollout controller brings the image up in the idle colour and moves tools to it stage by stage. Started while another one runs, it begins again at the first stage.',
  live: 'POST /api/v1/rollout of the rollout controller',
  rulesUsuallyHit: ['gate.evidence', 'routing.one-colour', 'isolation.colour'],
  parameters: [{ name: 'image', type: 'text', default: 'tfdc:2.0.0', doc: 'what is released' }],
  impact: () => ({ dependency: 'rollout', big: true, storageLost: 0, groupSize: 1, settleMs: 60_000 }),
  act(world, values) {
    const image = textOf(values, 'image');
    world.operator.startRollout(image);
    return [image];
  },
});
