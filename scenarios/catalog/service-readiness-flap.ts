import { RandomStream } from '../../sim/kernel/index.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

const components = ['collector', 'gateway', 'management'] as const;
const shares = [0.5, 1] as const;
const failingShares = [0.6, 0.7, 0.9] as const;
const rhythms = ['apart', 'together'] as const;

/**
 * The readiness of whoever is found through a Service flaps: its endpoints come and go, now and then there are none, while
 * collectors are updated (delivery F64, 72). Tools keep what nobody takes, and nothing is lost. The seed says who flaps.
 */
export const serviceReadinessFlap: Scenario = {
  name: 'service-readiness-flap',
  summary: 'the readiness of collectors, gateways or Management flaps, so that their endpoints come and go',
  tags: ['faults', 'operations', 'kubernetes'],
  parameters: parametersOf(30),
  setUp({ minutes }, seed) {
    const at = (minute: number): number => Math.round((minute / 30) * minutes * minuteMs);
    const random = new RandomStream(seed, 'service-readiness-flap', 'case');
    const flap = {
      component: random.pick(components),
      colour: 'blue',
      periodMs: 10_000,
      rhythm: random.pick(rhythms),
    };
    const flapping = (share: number, failingShare: number): Readonly<Record<string, string | number>> => ({
      ...flap,
      share,
      failingShare,
    });
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        {
          kind: 'kubelet.flap-readiness',
          parameters: flapping(1, 0.7),
          startMs: at(5),
          endMs: at(9),
        },
        {
          kind: 'kubelet.flap-readiness',
          parameters: flapping(random.pick(shares), random.pick(failingShares)),
          startMs: at(12),
          endMs: at(20),
        },
        { kind: 'operator.rolling-update', parameters: { deployment: 'collector-blue' }, startMs: at(15) },
      ]),
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a pod turned unready', 'pod.unready', ({ deployment }) =>
          deployment.startsWith(flap.component),
        ),
        goal('the collectors were updated', 'update.completed'),
        goal('a tool had to send again', 'tool.retry', () => true, false),
      ],
    };
  },
};
