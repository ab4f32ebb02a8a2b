import { RandomStream } from '../../sim/kernel/index.ts';
import { colours } from '../../system/ports/colour.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

const directions = ['both', 'outbound', 'inbound'] as const;
/** The stages of a release take their time whatever the length of the run: tools go over from here on. */
const earliestMinute = 25;
const latestMinute = 65;
const shortestMinutes = 15;
const longestMinutes = 45;

/**
 * A release while all Defenders of one colour are without NATS for a long time: completions wait there, and the tools that
 * go over leave gaps in the histories of the other colour (PRODUCT, history; delivery R9). The seed says which colour, when,
 * for how long and in which direction.
 */
export const stalledColour: Scenario = {
  name: 'stalled-colour',
  summary: 'a release while all Defenders of one colour are without NATS for a quarter of an hour and more',
  tags: ['rollout', 'faults', 'defender'],
  parameters: parametersOf(130),
  setUp({ minutes }, seed) {
    const random = new RandomStream(seed, 'stalled-colour', 'outage');
    const startMs = random.integer(earliestMinute, latestMinute) * minuteMs;
    const lengthMs = random.integer(shortestMinutes, longestMinutes) * minuteMs;
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: 5 * minuteMs },
        {
          kind: 'nats.client-cut',
          parameters: {
            component: 'defender',
            colour: random.pick(colours),
            share: 1,
            direction: random.pick(directions),
          },
          startMs,
          endMs: startMs + lengthMs,
        },
      ]),
      goals: [
        goal('a stage was passed', 'rollout.stage', (event) => event.state === 'passed'),
        goal('contexts processed', 'completion.acknowledged'),
        goal('a judgement with a gap before it', 'alarm.judged', (event) => event.provisional, false),
      ],
    };
  },
};
