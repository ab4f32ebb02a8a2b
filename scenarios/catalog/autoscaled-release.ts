import type { SystemCustomisation } from '../../sim/system-customisation.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

const pausing: SystemCustomisation = {
  rollout: (settings) => ({ ...settings, pausesAutoscaling: true }),
};

/** Two minutes of much to do, six of little: an autoscaler that is on goes up and down with it. */
function flapping(timeUs: number): number {
  return Math.floor(timeUs / 120e6) % 4 === 0 ? 90 : 30;
}

/**
 * The collectors are autoscaled, by a load that flaps: neither are the stages held up by it, nor does stable lose what a
 * rollback needs, and after the promotion the autoscaler has changed its side with the roles (delivery F51, F52, C46).
 */
export const autoscaledRelease: Scenario = {
  name: 'autoscaled-release',
  summary: 'a release of autoscaled collectors: the autoscaler is paused by it, and follows the roles',
  tags: ['rollout', 'delivery', 'autoscaled'],
  parameters: parametersOf(100).map((parameter) =>
    parameter.name === 'tools' ? { ...parameter, default: 60 } : parameter,
  ),
  setUp({ minutes, collectors }) {
    const at = (minute: number): number => Math.round((minute / 100) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      customisation: pausing,
      autoscaling: { mostReplicas: collectors * 3, targetCpuPercent: 60, cpuPercent: flapping },
      fixedFaults: fixed([{ kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(6) }]),
      goals: [
        goal(
          'the autoscaler scaled the stable colour',
          'deployment.changed',
          ({ by, deployment }) => by === 'horizontal-autoscaler' && deployment === 'collector-blue',
        ),
        goal('the release was promoted', 'rollout.promoted'),
        goal(
          'the autoscaler scaled what became stable',
          'deployment.changed',
          ({ by, deployment }) => by === 'horizontal-autoscaler' && deployment === 'collector-green',
        ),
      ],
    };
  },
};
