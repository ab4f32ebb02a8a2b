import { faultFrom, firstClaimFrom, pool, scalingBand, timelineScenario } from './timeline-scenario.ts';

const firstMs = 120_000;
/** Both joiners have their ids by then, and the dead pod waits its 15 s as a standby. */
const returnMs = 150_000;

/**
 * Timeline 4. The second join is ordered 4 s after the first, so that its id is claimed before the crash is detected and
 * both come before the window is over.
 */
export const joinsAndCrash = timelineScenario({
  name: '4',
  summary: 'timeline 4: two join and one dies in their window; one map at the detection, with the joiners',
  tools: 140,
  defenders: 12,
  minutes: 10,
  play({ defenders }) {
    return {
      faults: [
        { kind: 'operator.scale', parameters: { ...pool, replicas: defenders + 1 }, startMs: firstMs },
        {
          kind: 'operator.scale',
          parameters: { ...pool, replicas: defenders + 2 },
          startMs: firstMs + 4_000,
        },
        {
          kind: 'pod.kill',
          parameters: {},
          startMs: firstMs,
          at: { moment: 'window.opened', occurrence: 1, delayMs: 3_500, target: 'follower' },
        },
      ],
      timeline: {
        number: 4,
        title: 'two joins and a crash',
        fromMs: firstMs,
        maps: [
          {
            name: 'the map of survivors and joiners',
            after: faultFrom(firstMs, 'pod.kill'),
            seconds: [3.9, 6.4],
            reason: 'crash',
            members: defenders + 1,
            joined: 2,
            left: 1,
          },
          {
            name: 'the map with the dead pod again',
            after: firstClaimFrom(returnMs),
            seconds: scalingBand,
            reason: 'scaling',
            members: defenders + 2,
            joined: 1,
            left: 0,
          },
        ],
        events: [],
        never: [],
      },
    };
  },
});
