import { eventNamed, firstFrom } from '../../timelines/timeline.ts';
import { pool, timelineScenario } from './timeline-scenario.ts';

const downMs = 120_000;
const upMs = 180_000;

/** Timeline 7. All give their ids back, so that those who come take the ids that the map still names. */
export const clusterScaledToNothing = timelineScenario({
  name: '7',
  summary:
    'timeline 7: sixty-four are scaled to none and back; a restart, one map 30 s after the first leader',
  tools: 130,
  defenders: 64,
  minutes: 10,
  play({ defenders }) {
    return {
      faults: [
        { kind: 'operator.scale', parameters: { ...pool, replicas: 0 }, startMs: downMs },
        { kind: 'operator.scale', parameters: { ...pool, replicas: defenders }, startMs: upMs },
      ],
      timeline: {
        number: 7,
        title: 'restart of the whole cluster',
        fromMs: downMs,
        maps: [
          {
            name: 'the map after the restart',
            after: firstFrom(upMs, eventNamed('the first leader', 'leader.elected')),
            seconds: [30, 33],
            reason: 'restart',
            members: defenders,
            joined: 0,
            left: 0,
          },
        ],
        events: [],
        never: [],
      },
    };
  },
});
