import type { SystemCustomisation } from '../../sim/system-customisation.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/**
 * Somebody edits the settings of the collectors in place, for the canary, and a stable pod starts again with them: it
 * finds itself at a NATS that is not its colour's and does not run (delivery F58, F59).
 */
export const configEdited: Scenario = {
  name: 'config-edited',
  summary: 'stable collectors start again with settings that were edited for the canary, and refuse to run',
  tags: ['rollout', 'rollback', 'delivery'],
  parameters: parametersOf(50).map((parameter) =>
    parameter.name === 'tools' ? { ...parameter, default: 60 } : parameter,
  ),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 50) * minutes * minuteMs);
    const config = { isEdited: false };
    // Every start reads what lies there now; what was checked when it was written is its colour.
    const customisation: SystemCustomisation = {
      collector: (settings) =>
        config.isEdited ? { ...settings, natsUrl: settings.natsUrl.replace('blue', 'green') } : settings,
    };
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      customisation,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(4) },
        {
          kind: 'pod.kill',
          parameters: { component: 'collector', colour: 'blue', count: 1 },
          startMs: at(20) + 1000,
        },
        { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(36) },
      ]),
      goals: [
        goal('a collector refused to run', 'pod.restarting', ({ how }) => how === 'failed'),
        goal('a stage was entered', 'rollout.stage', ({ state }) => state === 'entered'),
      ],
      begin: ({ kernel }) => {
        const write = (isEdited: boolean): void => {
          config.isEdited = isEdited;
        };
        kernel.at(at(20) * 1000, write, true, undefined);
        kernel.at(at(30) * 1000, write, false, undefined);
      },
    };
  },
};
