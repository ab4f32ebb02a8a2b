import { firstClaimFrom, pool, timelineScenario } from './timeline-scenario.ts';

/** Pods take 2 to 4 s to start: with less than a second between them the last one is there within the window. */
const apartMs = 800;

/** Timeline 1. The world begins with one Defender, and one more is ordered every 0.8 s. */
export const coldStart = timelineScenario({
  name: '1',
  summary: 'timeline 1: thirty Defenders start one after the other; one map after 30 s, with all of them',
  tools: 60,
  defenders: 30,
  minutes: 10,
  play({ defenders }) {
    return {
      faults: Array.from({ length: defenders }, (_, index) => ({
        kind: 'operator.scale',
        parameters: { ...pool, replicas: index + 1 },
        startMs: index * apartMs,
      })),
      timeline: {
        number: 1,
        title: 'cold start',
        fromMs: 0,
        maps: [
          {
            name: 'the map of the cold start',
            after: firstClaimFrom(0),
            seconds: [30, 33],
            reason: 'cold-start',
            members: defenders,
            joined: defenders,
            left: 0,
          },
        ],
        events: [],
        never: [],
      },
    };
  },
});
