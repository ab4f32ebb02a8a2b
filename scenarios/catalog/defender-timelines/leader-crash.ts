import { eventNamed } from '../../timelines/timeline.ts';
import {
  besidesOnCrash,
  faultFrom,
  firstClaimFrom,
  scalingBand,
  timelineScenario,
} from './timeline-scenario.ts';

const deathMs = 120_000;

/** Timeline 5. The cluster has had its first map only: it is in `post_cold_start`. */
export const leaderCrash = timelineScenario({
  name: '5',
  summary:
    'timeline 5: the leader dies; a new one within 13 s, one emergency map within 21 s, then a join as ever',
  tools: 140,
  defenders: 12,
  minutes: 10,
  play({ defenders }) {
    const death = faultFrom(deathMs, 'pod.kill');
    return {
      faults: [
        { kind: 'pod.kill', parameters: { component: 'leader-defender', colour: 'blue' }, startMs: deathMs },
      ],
      timeline: {
        number: 5,
        title: 'crash of the leader',
        fromMs: deathMs,
        maps: [
          {
            name: 'the map without the dead leader',
            after: death,
            seconds: [9, 21],
            reason: 'crash',
            members: defenders - 1,
            joined: 0,
            left: 1,
            besidesShare: besidesOnCrash,
          },
          {
            name: 'the map with its pod again',
            after: firstClaimFrom(deathMs),
            seconds: scalingBand,
            reason: 'scaling',
            members: defenders,
            joined: 1,
            left: 0,
          },
        ],
        events: [{ event: eventNamed('a new leader', 'leader.elected'), after: death, seconds: [3.9, 13] }],
        never: [],
      },
    };
  },
});
