import { eventNamed, firstFrom } from '../../timelines/timeline.ts';
import { timelineScenario } from './timeline-scenario.ts';

const deathMs = 120_000;

/** Timeline 7, by crash: the dead leave their claims and heartbeats behind, and their pods come back under other ids. */
export const clusterDeath = timelineScenario({
  name: '7-crash',
  summary: 'timeline 7 by crash: all Defenders die at once; a restart, one map 30 s after the first leader',
  tools: 130,
  defenders: 64,
  minutes: 10,
  play({ defenders }) {
    return {
      faults: [
        {
          kind: 'pod.kill',
          parameters: { component: 'defender', colour: 'blue', count: defenders },
          startMs: deathMs,
        },
      ],
      timeline: {
        number: 7,
        title: 'death of the whole cluster',
        fromMs: deathMs,
        maps: [
          {
            name: 'the map after the restart',
            after: firstFrom(deathMs, eventNamed('the first leader', 'leader.elected')),
            seconds: [30, 33],
            reason: 'restart',
            members: defenders,
            joined: defenders,
            left: defenders,
          },
        ],
        events: [],
        never: [],
      },
    };
  },
});
