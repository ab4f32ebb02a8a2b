import type { SystemCustomisation } from '../../sim/system-customisation.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** Nobody but the gateways asks Management: what they route is taken. */
const trustingCollectors: SystemCustomisation = {
  collector: (settings) => ({ ...settings, epochGuard: undefined }),
  gateway: (settings) => ({ ...settings, keepsFloors: false }),
};

function cutOffRollback(name: string, summary: string, customisation: SystemCustomisation): Scenario {
  return {
    name,
    summary,
    tags: ['rollout', 'rollback', 'faults'],
    parameters: parametersOf(40),
    setUp({ minutes }) {
      const at = (minute: number): number => Math.round((minute / 40) * minutes * minuteMs);
      return {
        durationMs: minutes * minuteMs,
        bothColours: false,
        customisation,
        fixedFaults: fixed([
          { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(3) },
          { kind: 'gateway.cut-management', parameters: { count: 1 }, startMs: at(24), endMs: at(34) },
          { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(26) },
        ]),
        goals: [
          goal(
            'a gateway was named missing',
            'rollback.completed',
            (event) => event.missingGateways.length > 0,
          ),
          goal(
            'the rollback was completed everywhere',
            'rollback.completed',
            (event) => event.missingGateways.length === 0,
          ),
        ],
      };
    },
  };
}

/** The two ways for a gateway that is cut off from Management while L1 is ordered; `study epochs` compares them. */
export const cutOffKeep = cutOffRollback(
  'cut-off-keep',
  'L1 with a gateway cut off for ten minutes, which keeps its list: the canary is served until it is back',
  trustingCollectors,
);

export const cutOffRefuse = cutOffRollback(
  'cut-off-refuse',
  'the same, and collectors of the canary refuse what is routed by the old list: the gateway falls back to stable',
  {},
);
