import { instantFault } from '../fault.ts';
import { textOf } from '../parameter.ts';
import { deploymentParameter } from '../operator-parameter.ts';

/** The operator restarts all pods of a deployment, one after the other. */
export const operatorRollingUpdate = instantFault({
  kind: 'operator.rolling-update',
  summary: 'the operator starts a rolling update of a deployment',
  effect:
    'All pods are replaced by the surge and unavailability bounds of the deployment, each with its grace period. Ids of Defenders are handed over from pod to pod, so that no assignment moves.',
  live: 'kubectl rollout restart deployment NAME',
  rulesUsuallyHit: ['rebalance.limits', 'rolling-update.bound', 'shutdown.order', 'effect.exactly-once'],
  parameters: [deploymentParameter],
  impact: (values) => ({
    dependency: textOf(values, 'deployment'),
    big: true,
    storageLost: 0,
    groupSize: 1,
    settleMs: 300_000,
  }),
  act(world, values) {
    const deployment = textOf(values, 'deployment');
    world.operator.rollingUpdate(deployment);
    return [deployment];
  },
});
