import { instantFault } from '../fault.ts';
import { numberOf, textOf } from '../parameter.ts';
import { anyColourParameter, componentParameter, dependencyOf, draw, targetPods } from '../target-group.ts';

/** Kills pods of a component, by crash or by graceful deletion. */
export const podKill = instantFault({
  kind: 'pod.kill',
  summary: 'pods of a component are killed',
  effect:
    'crash: the process is gone at once, the kubelet starts it again in the same pod after a back-off. delete: the pod is terminated with its grace period and replaced by another one.',
  live: 'kill -9 1 in the container for crash; kubectl delete pod for delete',
  rulesUsuallyHit: ['recovery.crash', 'effect.exactly-once', 'movement.bounds', 'shutdown.order'],
  parameters: [
    componentParameter,
    anyColourParameter,
    {
      name: 'count',
      type: 'integer',
      unit: 'pods',
      minimum: 1,
      maximum: 200,
      typical: [1, 3],
      default: 1,
      doc: 'how many at once',
    },
    { name: 'how', type: 'choice', choices: ['crash', 'delete'], default: 'crash', doc: 'the kind of death' },
  ],
  impact: (values) => ({
    dependency: dependencyOf(textOf(values, 'component'), textOf(values, 'colour')),
    big: numberOf(values, 'count') > 3,
    storageLost: 0,
    groupSize: 1,
    settleMs: 60_000,
  }),
  act(world, values, random) {
    const candidates = targetPods(world, values);
    const pods = draw(random, candidates, numberOf(values, 'count'));
    for (const pod of pods) {
      if (textOf(values, 'how') === 'delete') world.kubernetes.deletePod(pod.name);
      else world.kubernetes.killPod(pod.name);
    }
    return pods.map((pod) => pod.name);
  },
});
