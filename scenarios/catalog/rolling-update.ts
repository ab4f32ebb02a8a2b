import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** All Defenders and collectors are replaced in place; no map may change. */
export const rollingUpdate: Scenario = {
  name: 'rolling-update',
  summary: 'all Defenders and collectors are replaced in place; no map may change',
  tags: ['operations', 'defender'],
  parameters: parametersOf(60),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 60) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        { kind: 'operator.rolling-update', parameters: { deployment: 'defender-blue' }, startMs: at(15) },
        { kind: 'operator.rolling-update', parameters: { deployment: 'collector-blue' }, startMs: at(35) },
      ]),
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('an id was handed over', 'identity.claimed', (event) => event.inherited),
        goal('an update was completed', 'update.completed'),
      ],
    };
  },
};
