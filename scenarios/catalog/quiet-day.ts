import { goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** Normal operation, so that the strict bounds hold: no rebalance, p95 < 3 s, cache hits. */
export const quietDay: Scenario = {
  name: 'quiet-day',
  summary: 'normal operation without a fault: the strict bounds hold',
  tags: ['calm'],
  parameters: parametersOf(180),
  setUp: ({ minutes }) => ({
    durationMs: minutes * minuteMs,
    bothColours: false,
    fixedFaults: [],
    goals: [
      goal('contexts processed', 'completion.acknowledged'),
      goal('an alarm was raised', 'alarm.raised', (event) => event.effective),
      goal('a cache hit', 'cache.lookup', (event) => event.hit),
    ],
  }),
};
