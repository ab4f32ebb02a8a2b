import { RandomStream } from '../../sim/kernel/index.ts';
import type { World } from '../../sim/world.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** At 2 s from probe to probe and three failures in a row: just long enough to be seen, longer, nearly always, and never well. */
const failingShares = [0.6, 0.7, 0.9, 1] as const;
/** minReadySeconds: whoever flaps within it is never available. */
const minReadyMs = [0, 5_000, 10_000] as const;
const rhythms = ['apart', 'together'] as const;
const progressDeadlineMs = 120_000;
const deployment = 'defender-blue';

/**
 * The readiness of all Defenders flaps, in the middle of a rolling update too (delivery F64): they keep their ids, their
 * units and their leader, since heartbeats decide and not probes; the update waits, is told as stuck where nothing gets on,
 * and ends after the heal. The seed says how they flap.
 */
export const defenderReadinessFlap: Scenario = {
  name: 'defender-readiness-flap',
  summary:
    'the readiness of all Defenders flaps, alone and during a rolling update; who is a member does not change',
  tags: ['faults', 'operations', 'defender', 'kubernetes'],
  parameters: parametersOf(30),
  setUp({ minutes }, seed) {
    const at = (minute: number): number => Math.round((minute / 30) * minutes * minuteMs);
    const random = new RandomStream(seed, 'defender-readiness-flap', 'case');
    const flap = {
      component: 'defender',
      colour: 'blue',
      share: 1,
      periodMs: 10_000,
      rhythm: random.pick(rhythms),
    };
    const changes = { minReadyMs: random.pick(minReadyMs), progressDeadlineMs };
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        {
          kind: 'kubelet.flap-readiness',
          parameters: { ...flap, failingShare: 0.7 },
          startMs: at(5),
          endMs: at(10),
        },
        {
          kind: 'kubelet.flap-readiness',
          parameters: { ...flap, failingShare: random.pick(failingShares) },
          startMs: at(14),
          endMs: at(20),
        },
        { kind: 'operator.rolling-update', parameters: { deployment }, startMs: at(15) },
      ]),
      begin(world: World) {
        world.kubernetes.configure(deployment, changes, 'operator');
        world.kubernetes.reportStuckUpdates();
      },
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a Defender turned unready', 'pod.unready', (event) => event.deployment === deployment),
        goal('the update was completed', 'update.completed', (event) => event.deployment === deployment),
        goal('an id was handed over', 'identity.claimed', (event) => event.inherited, false),
        goal('the update was told as stuck', 'update.stuck', () => true, false),
      ],
    };
  },
};
