import type { SystemCustomisation } from '../../sim/system-customisation.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

const observedPlugin: SystemCustomisation = {
  gateway: (settings) => ({ ...settings, router: 'observed-plugin' }),
};

/**
 * The router as it was observed, under what befalls every release: Management away for a while, and L1. Its gateways
 * confirm each list at once, as the observed controller believed, and route by a cache that knows nothing of it.
 */
export const observedGateway: Scenario = {
  name: 'observed-gateway',
  summary: 'the observed gateway plugin: tools routed against the list after L1 and while Management is away',
  tags: ['rollout', 'rollback', 'faults'],
  parameters: parametersOf(50),
  knownRed: {
    rules: ['routing.one-colour', 'gate.evidence'],
    why: 'the observed plugin decides for 60 s a tool, falls back to a constant colour on errors, and never knows the list in force (delivery 60, 61, F1, F2, F14)',
  },
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 50) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      customisation: observedPlugin,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(3) },
        { kind: 'gateway.cut-management', parameters: { count: 3 }, startMs: at(25), endMs: at(29) },
        { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(40) },
      ]),
      goals: [
        goal('requests routed', 'request.routed'),
        goal('the list was rolled back', 'routing.changed', (event) => event.action === 'rollback'),
      ],
    };
  },
};
