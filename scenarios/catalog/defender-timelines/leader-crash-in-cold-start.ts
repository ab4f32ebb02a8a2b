import { eventNamed, firstFrom } from '../../timelines/timeline.ts';
import { faultFrom, timelineScenario } from './timeline-scenario.ts';

/** Timeline 6. Before the first map there is no hold-off, so that the dead pod is a member of it again. */
export const leaderCrashInColdStart = timelineScenario({
  name: '6',
  summary: 'timeline 6: the leader dies 15 s into a cold start; the next one begins a window of its own',
  tools: 60,
  defenders: 10,
  minutes: 10,
  play({ defenders }) {
    const first = firstFrom(0, eventNamed('the first leader', 'leader.elected'));
    return {
      faults: [
        {
          kind: 'pod.kill',
          parameters: {},
          startMs: 0,
          at: { moment: 'lock.won', occurrence: 1, delayMs: 15_000, target: 'self' },
        },
      ],
      timeline: {
        number: 6,
        title: 'crash of the leader in a cold start',
        fromMs: 0,
        maps: [
          {
            name: 'the first map',
            after: first,
            seconds: [48.9, 56],
            reason: 'cold-start',
            members: defenders,
            joined: defenders,
            left: 0,
          },
        ],
        events: [
          {
            event: eventNamed('the second leader', 'leader.elected'),
            after: faultFrom(0, 'pod.kill'),
            seconds: [3.9, 9],
          },
        ],
        never: [],
      },
    };
  },
});
