import { instantFault } from '../fault.ts';
import { numberOf, textOf } from '../parameter.ts';
import { deploymentParameter } from '../operator-parameter.ts';

/** The operator sets the number of replicas of a deployment. */
export const operatorScale = instantFault({
  kind: 'operator.scale',
  summary: 'the operator scales a deployment',
  effect:
    'The number of replicas is set. Defenders that join get units within the window of planned scaling; those that leave end gracefully and release theirs.',
  live: 'kubectl scale deployment NAME --replicas=N',
  rulesUsuallyHit: ['movement.bounds', 'rebalance.limits', 'windows.kept', 'shutdown.order'],
  parameters: [
    deploymentParameter,
    {
      name: 'replicas',
      type: 'integer',
      unit: 'replicas',
      minimum: 0,
      maximum: 199,
      typical: [30, 60],
      default: 45,
      doc: 'how many there shall be',
    },
  ],
  impact: (values) => ({
    dependency: textOf(values, 'deployment'),
    big: true,
    storageLost: 0,
    groupSize: 1,
    settleMs: 300_000,
  }),
  act(world, values) {
    const deployment = textOf(values, 'deployment');
    world.operator.scale(deployment, numberOf(values, 'replicas'));
    return [deployment];
  },
});
