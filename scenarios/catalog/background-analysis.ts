import type { SystemCustomisation } from '../../sim/system-customisation.ts';
import { defaultBackgroundSettings } from '../../system/routing/rollout/background.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

const watching: SystemCustomisation = {
  rollout: (settings) => ({ ...settings, background: defaultBackgroundSettings }),
};

/**
 * A canary that becomes slow in the middle of a stage: the background analysis pauses the release long before the gate,
 * and it is taken back out of the pause when it gets worse (delivery 14, F35). Errors of the store say nothing (F27).
 */
export const backgroundAnalysis: Scenario = {
  name: 'background-analysis',
  summary:
    'an analysis beside the gates pauses a release that becomes slow, and takes it back when it gets worse',
  tags: ['rollout', 'gates', 'delivery', 'background-analysis'],
  parameters: parametersOf(60).map((parameter) =>
    parameter.name === 'tools' ? { ...parameter, default: 60 } : parameter,
  ),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 60) * minutes * minuteMs);
    const slow = (delayMs: number): Record<string, unknown> => ({
      path: 'gateway-collector',
      colour: 'green',
      delayMs,
    });
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      customisation: watching,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1-slow' }, startMs: at(2) },
        { kind: 'prometheus.outage', parameters: {}, startMs: at(6), endMs: at(6) + 30_000 },
        // The second stage, of 20 tools, has begun by then.
        { kind: 'link.delay', parameters: slow(300), startMs: at(36), endMs: at(43) },
        { kind: 'link.delay', parameters: slow(900), startMs: at(43), endMs: at(52) },
      ]),
      goals: [
        goal('the analysis found the warning band', 'analysis.measured', (event) => event.inconclusive > 0),
        goal('it paused the release', 'rollout.stage', ({ state }) => state === 'paused'),
        goal('the release was taken back', 'rollback.completed', ({ level }) => level === 'L1'),
      ],
    };
  },
};
