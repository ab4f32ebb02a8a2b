import { RandomStream } from '../../sim/kernel/index.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** What is told in place of a list, beside old ones. */
const ways = ['truncated', 'html', 'no-content', 'null-tools', 'wrong-type', 'doubled'] as const;
const share = 0.35;

/**
 * Whenever a gateway asks it may be told an old list or none at all, half of the pushes are lost, and gateways start again
 * in the middle: they route by the newest list that they were told, and never by an older one (delivery F4, F6, F7, F12).
 * The seed says in which other way lists are bad. Gateways keep their disks: one that has none and is told an old list knows
 * of no newer one.
 */
export const badLists: Scenario = {
  name: 'bad-lists',
  summary:
    'gateways that ask for the list are told old ones and broken ones, through a release and its rollback',
  tags: ['rollout', 'rollback', 'delivery', 'faults'],
  parameters: parametersOf(50).map((parameter) =>
    parameter.name === 'tools' ? { ...parameter, default: 60 } : parameter,
  ),
  setUp({ minutes }, seed) {
    const at = (minute: number): number => Math.round((minute / 50) * minutes * minuteMs);
    const how = new RandomStream(seed, 'bad-lists', 'case').pick(ways);
    const throughout = (
      kind: string,
      parameters: Readonly<Record<string, unknown>>,
    ): Parameters<typeof fixed>[0][number] => ({ kind, parameters, startMs: at(3), endMs: at(46) });
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        throughout('management.bad-list', { how: 'stale', share }),
        throughout('management.bad-list', { how, share }),
        throughout('management.lost-push', { share: 0.5 }),
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(4) },
        { kind: 'routing.gateway-restart', parameters: { disk: 'kept' }, startMs: at(16) },
        { kind: 'routing.gateway-restart', parameters: { disk: 'kept' }, startMs: at(28) },
        { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(40) },
      ]),
      goals: [
        goal('a stage was entered', 'rollout.stage', ({ state }) => state === 'entered'),
        goal('the list was rolled back', 'routing.changed', ({ action }) => action === 'rollback'),
      ],
    };
  },
};
