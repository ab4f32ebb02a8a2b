import {
  besidesOnCrash,
  crashBand,
  faultFrom,
  firstClaimFrom,
  scalingBand,
  timelineScenario,
} from './timeline-scenario.ts';

const fromMs = 110_000;

/** Timeline 3. The dead pod is started again by its kubelet and joins anew, with another id. */
export const crash = timelineScenario({
  name: '3',
  summary: 'timeline 3: a member dies; one map within 8 s moves its units only, one more takes its pod back',
  tools: 140,
  defenders: 12,
  minutes: 10,
  play({ defenders }) {
    return {
      faults: [
        {
          kind: 'pod.kill',
          parameters: {},
          startMs: 0,
          at: { moment: 'map.published', occurrence: 1, delayMs: 90_000, target: 'follower' },
        },
      ],
      timeline: {
        number: 3,
        title: 'crash of a member',
        fromMs,
        maps: [
          {
            name: 'the map without the dead',
            after: faultFrom(fromMs, 'pod.kill'),
            seconds: crashBand,
            reason: 'crash',
            members: defenders - 1,
            joined: 0,
            left: 1,
            besidesShare: besidesOnCrash,
          },
          {
            name: 'the map with its pod again',
            after: firstClaimFrom(fromMs),
            seconds: scalingBand,
            reason: 'scaling',
            members: defenders,
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
