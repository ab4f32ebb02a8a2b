import type { SystemCustomisation } from '../../sim/system-customisation.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** The clock of the metrics store is set by up to a minute here, in the middle of stages (delivery F39). */
const distrustingGates: SystemCustomisation = {
  rollout: (settings) => ({ ...settings, gates: { ...settings.gates, storeClockErrorMs: 60_000 } }),
};

/** A release and its rollback while Management, the gateways, their clocks and the metrics store misbehave (delivery §2A, §2B). */
export const routingStorm: Scenario = {
  name: 'routing-storm',
  summary:
    'a release and its rollback while Management, gateways, their clocks and the metrics store misbehave',
  tags: ['rollout', 'rollback', 'delivery', 'faults'],
  parameters: parametersOf(60).map((parameter) =>
    parameter.name === 'tools' ? { ...parameter, default: 60 } : parameter,
  ),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 60) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      customisation: distrustingGates,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(4) },
        { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(42) },
      ]),
      drawnFaults: {
        kinds: ['management.', 'routing.', 'metrics.', 'gateway.', 'prometheus.'],
        most: 8,
        startMs: at(7),
        endMs: at(54),
      },
      goals: [
        goal('a stage was entered', 'rollout.stage', ({ state }) => state === 'entered', false),
        goal('a stage was passed', 'rollout.stage', ({ state }) => state === 'passed', false),
        goal('a rollback was ordered', 'rollback.started'),
        goal('a gateway raised the alarm of a stale list', 'routing.stale', () => true, false),
      ],
    };
  },
};
