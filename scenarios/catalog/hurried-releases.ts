import { RandomStream } from '../../sim/kernel/index.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

const directions = ['both', 'outbound', 'inbound'] as const;
const levels = ['L1', 'L3'] as const;

/**
 * A release is taken back and the next one is ordered minutes later, while the Defenders of the colour taken back are without
 * NATS: what waits there has to be worked off before that colour gets another image (delivery F48, C41, 1O). An order that comes
 * before that is refused, so it is given once more when all connections have been back for a while.
 */
export const hurriedReleases: Scenario = {
  name: 'hurried-releases',
  summary: 'a release is taken back and the next one follows minutes later, with completions still waiting',
  tags: ['rollout', 'rollback', 'faults'],
  parameters: parametersOf(75),
  setUp({ minutes }, seed) {
    const random = new RandomStream(seed, 'hurried-releases', 'acts');
    const at = (minute: number): number => Math.round((minute / 75) * minutes * minuteMs);
    const rollback = random.integer(30, 42);
    const cut = rollback - random.integer(3, 12);
    const next = rollback + random.integer(1, 8);
    const again = 66;
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(4) },
        {
          kind: 'nats.client-cut',
          parameters: {
            component: 'defender',
            colour: 'green',
            share: 1,
            direction: random.pick(directions),
          },
          startMs: at(cut),
          endMs: at(next + random.integer(1, 12)),
        },
        { kind: 'operator.rollback', parameters: { level: random.pick(levels) }, startMs: at(rollback) },
        { kind: 'operator.start-rollout', parameters: { image: 'v1.2' }, startMs: at(next) },
        { kind: 'operator.start-rollout', parameters: { image: 'v1.2' }, startMs: at(again) },
      ]),
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a rollback was completed', 'rollback.completed'),
        goal('a second release was begun', 'rollout.started', ({ image }) => image === 'v1.2'),
      ],
    };
  },
};
