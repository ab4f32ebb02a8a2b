import { firstClaimFrom, pool, scalingBand, timelineScenario } from './timeline-scenario.ts';

const firstMs = 120_000;

/** Timeline 2. Both wait 15 s as standbys, so that their ids are claimed about 5 s apart. */
export const twoJoins = timelineScenario({
  name: '2',
  summary: 'timeline 2: two Defenders join 5 s apart; one map, 10 s after the first',
  tools: 140,
  defenders: 12,
  minutes: 10,
  play({ defenders }) {
    return {
      faults: [
        {
          kind: 'operator.scale',
          parameters: { ...pool, replicas: defenders + 1 },
          startMs: firstMs,
        },
        {
          kind: 'operator.scale',
          parameters: { ...pool, replicas: defenders + 2 },
          startMs: firstMs + 5_000,
        },
      ],
      timeline: {
        number: 2,
        title: 'two joins in one window',
        fromMs: firstMs,
        maps: [
          {
            name: 'the map of both joiners',
            after: firstClaimFrom(firstMs),
            seconds: scalingBand,
            reason: 'scaling',
            members: defenders + 2,
            joined: 2,
            left: 0,
          },
        ],
        events: [],
        never: [],
      },
    };
  },
});
