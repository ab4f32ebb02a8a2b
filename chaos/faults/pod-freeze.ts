import { lastingFault } from '../fault.ts';
import { numberOf, textOf } from '../parameter.ts';
import { anyColourParameter, componentParameter, dependencyOf, draw, targetPods } from '../target-group.ts';

/** Stops the processes of pods; they go on at the end, believing that no time has passed. */
export const podFreeze = lastingFault({
  kind: 'pod.freeze',
  summary: 'pods stand still, and go on later',
  effect:
    'Nothing runs in the chosen pods; what arrives is kept. Heartbeats stop and probes fail, so that work moves elsewhere; at the end the pod goes on with what it held and must notice that it is no longer the owner.',
  live: 'kill -STOP and kill -CONT, or docker pause; as a long garbage collection',
  rulesUsuallyHit: ['effect.exactly-once', 'alarm.one-effect', 'recovery.crash', 'budget.processing'],
  typicalDurationMs: [1_000, 45_000],
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
  ],
  impact: (values) => ({
    dependency: dependencyOf(textOf(values, 'component'), textOf(values, 'colour')),
    big: numberOf(values, 'count') > 3,
    storageLost: 0,
    groupSize: 1,
    settleMs: 60_000,
  }),
  begin(world, values, random) {
    const candidates = targetPods(world, values);
    const pods = draw(random, candidates, numberOf(values, 'count'));
    for (const pod of pods) world.kubernetes.freezePod(pod.name);
    return {
      targets: pods.map((pod) => pod.name),
      hits: () => pods.length,
      end: () => {
        for (const pod of pods) world.kubernetes.resumePod(pod.name);
      },
    };
  },
});
