import { singleNats } from '../variants/single-nats.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** A release and its rollback with both halves of the fab on one NATS cluster (delivery R95–R97, R121–R126). */
export const variantSingleNats: Scenario = {
  name: 'variant-single-nats',
  summary: 'both halves on one NATS cluster, held apart by versioned buckets and subjects',
  tags: ['rollout', 'rollback', 'delivery', 'faults'],
  parameters: parametersOf(45).map((parameter) =>
    parameter.name === 'tools' ? { ...parameter, default: 40 } : parameter,
  ),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 45) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      customisation: singleNats,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(4) },
        { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(32) },
      ]),
      // What hits the one cluster hits both halves: that they are one fate is known, and not judged here.
      drawnFaults: {
        kinds: ['pod.kill', 'pod.freeze', 'link.delay', 'cassandra.kill-node'],
        most: 4,
        startMs: at(6),
        endMs: at(42),
      },
      goals: [
        goal('the canary had a leader', 'leader.elected', ({ colour }) => colour === 'green'),
        goal(
          'the canary processed a context',
          'completion.acknowledged',
          ({ colour }) => colour === 'green',
          false,
        ),
      ],
    };
  },
};
