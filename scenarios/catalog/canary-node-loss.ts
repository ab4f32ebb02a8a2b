import { RandomStream } from '../../sim/kernel/index.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

const components = ['collector', 'defender'] as const;
const earliestMinute = 12;
const latestMinute = 45;
const lostMs = 12 * minuteMs;

/**
 * A machine with pods of the canary falls silent in the middle of a release and stays away for longer than Kubernetes waits
 * before it replaces them (40 s + 300 s; delivery 76, F67). The seed says when, and with whose pods.
 */
export const canaryNodeLoss: Scenario = {
  name: 'canary-node-loss',
  summary: 'a machine with pods of the canary is lost in the middle of a release',
  tags: ['rollout', 'faults', 'kubernetes'],
  parameters: parametersOf(70),
  setUp({ minutes }, seed) {
    const random = new RandomStream(seed, 'canary-node-loss', 'case');
    const startMs = random.integer(earliestMinute, latestMinute) * minuteMs;
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: 5 * minuteMs },
        {
          kind: 'node.loss',
          parameters: { component: random.pick(components), colour: 'green' },
          startMs,
          endMs: startMs + lostMs,
        },
      ]),
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a machine was lost', 'node.down'),
        goal('a stage was entered', 'rollout.stage', (event) => event.state === 'entered'),
        goal('the release was promoted', 'rollout.promoted', () => true, false),
        goal('it was taken back', 'rollback.started', () => true, false),
      ],
    };
  },
};
