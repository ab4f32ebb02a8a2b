import { instantFault } from '../fault.ts';
import { numberOf, textOf } from '../parameter.ts';
import { anyColourParameter, componentParameter, dependencyOf, draw, targetPods } from '../target-group.ts';

/** Sets the wall clock of pods forwards or back. */
export const podClockStep = instantFault({
  kind: 'pod.clock-step',
  summary: 'the wall clock of a pod jumps',
  effect:
    'Wall time of the chosen pods jumps by the step and stays there; monotonic time and timers go on. Timestamps of Cassandra writes and ages computed from heartbeats are off by as much.',
  live: 'date -s in a time namespace, or libfaketime; an NTP step',
  rulesUsuallyHit: ['rebalance.limits', 'recovery.crash', 'result.fault-free'],
  parameters: [
    componentParameter,
    anyColourParameter,
    {
      name: 'count',
      type: 'integer',
      unit: 'pods',
      minimum: 1,
      maximum: 200,
      typical: [1, 2],
      default: 1,
      doc: 'how many at once',
    },
    {
      name: 'stepMs',
      type: 'integer',
      unit: 'milliseconds',
      minimum: -86_400_000,
      maximum: 86_400_000,
      typical: [-30_000, 30_000],
      default: 5_000,
      doc: 'the jump, negative for back',
    },
  ],
  impact: (values) => ({
    dependency: dependencyOf(textOf(values, 'component'), textOf(values, 'colour')),
    big: false,
    storageLost: 0,
    groupSize: 1,
    settleMs: 60_000,
  }),
  act(world, values, random) {
    const candidates = targetPods(world, values);
    const stepMs = numberOf(values, 'stepMs');
    const pods = stepMs === 0 ? [] : draw(random, candidates, numberOf(values, 'count'));
    for (const pod of pods) pod.process.hostClock.step(stepMs * 1000);
    return pods.map((pod) => pod.name);
  },
});
