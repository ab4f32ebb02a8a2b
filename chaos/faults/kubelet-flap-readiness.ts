import { lastingFault } from '../fault.ts';
import { numberOf, textOf } from '../parameter.ts';
import { ReadinessFlap } from '../readiness-flap.ts';
import {
  anyColourParameter,
  componentParameter,
  dependencyOf,
  drawShare,
  targetPods,
} from '../target-group.ts';

/** Readiness probes that are answered no and yes in turn, while the process behind them is well (delivery F64). */
export const kubeletFlapReadiness = lastingFault({
  kind: 'kubelet.flap-readiness',
  summary: 'the readiness of pods flaps',
  effect:
    'In each period the readiness probe of the chosen pods is answered no, then truly. After three failures in a row the kubelet calls the pod unready, with the next success ready: it leaves the endpoints of its Service and comes back, each time with their lag, counts as not available, and holds up an update. The process itself, its connections and its liveness are untouched. With share 1 pods that start meanwhile flap, too.',
  live: 'a readiness handler that answers 503 by a switch: kubectl exec POD -- touch /tmp/unready, and rm',
  rulesUsuallyHit: ['membership.readiness', 'durability.acknowledged', 'rolling-update.bound'],
  typicalDurationMs: [60_000, 600_000],
  parameters: [
    componentParameter,
    anyColourParameter,
    {
      name: 'share',
      type: 'number',
      unit: 'share of the pods',
      minimum: 0,
      maximum: 1,
      typical: [0.1, 0.5],
      default: 1,
      doc: 'how many of them, at least one',
    },
    {
      name: 'periodMs',
      type: 'integer',
      unit: 'milliseconds',
      minimum: 1_000,
      maximum: 3_600_000,
      typical: [8_000, 30_000],
      default: 10_000,
      doc: 'from one no to the next',
    },
    {
      name: 'failingShare',
      type: 'number',
      unit: 'share of the period',
      minimum: 0,
      maximum: 1,
      typical: [0.5, 0.9],
      default: 0.7,
      doc: 'how long the answer is no; 1: never yes',
    },
    {
      name: 'rhythm',
      type: 'choice',
      choices: ['apart', 'together'],
      default: 'apart',
      doc: 'each pod in a time of its own, or all at once as with a dependency that they all probe',
    },
  ],
  impact: (values) => ({
    dependency: dependencyOf(textOf(values, 'component'), textOf(values, 'colour')),
    big: numberOf(values, 'share') > 0.5,
    storageLost: 0,
    groupSize: 1,
    settleMs: 60_000,
  }),
  begin(world, values, random) {
    const share = numberOf(values, 'share');
    const periodMs = numberOf(values, 'periodMs');
    const isTogether = textOf(values, 'rhythm') === 'together';
    const flap = new ReadinessFlap(world, {
      periodMs,
      failingMs: Math.round(numberOf(values, 'failingShare') * periodMs),
    });
    const startedMs = world.kernel.nowUs / 1000;
    // From one no of all to the next: who joins late falls in.
    const delayMs = (): number => {
      if (!isTogether) return random.integer(0, periodMs - 1);
      const pastMs = (world.kernel.nowUs / 1000 - startedMs) % periodMs;
      return pastMs === 0 ? 0 : periodMs - pastMs;
    };
    const pods = drawShare(random, targetPods(world, values), share);
    for (const { name } of pods) flap.add(name, delayMs());
    return {
      targets: pods.map(({ name }) => name),
      hits: () => flap.hits,
      end: () => flap.end(),
      podStarted(name) {
        if (flap.has(name)) flap.restarted(name);
        else if (share === 1 && targetPods(world, values).some((pod) => pod.name === name)) {
          flap.add(name, delayMs());
        }
      },
    };
  },
});
