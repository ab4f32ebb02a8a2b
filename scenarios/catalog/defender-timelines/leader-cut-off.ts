import { eventNamed, firstFrom } from '../../timelines/timeline.ts';
import { besidesOnCrash, faultFrom, scalingBand, timelineScenario } from './timeline-scenario.ts';

const cutMs = 120_000;
/** Longer than it takes to be replaced and buried, shorter than a claim lives. */
const outageMs = 25_000;

/** Timeline 11. That nothing is accepted of the old leader is judged by `leadership.fenced` too. */
export const leaderCutOff = timelineScenario({
  name: '11',
  summary:
    'timeline 11: the leader alone loses NATS; a new one leads, the old one publishes nothing and joins again',
  tools: 140,
  defenders: 12,
  minutes: 10,
  play({ defenders }) {
    const cut = faultFrom(cutMs, 'nats.client-cut');
    return {
      faults: [
        {
          kind: 'nats.client-cut',
          parameters: { component: 'leader-defender', colour: 'blue', share: 1 },
          startMs: cutMs,
          endMs: cutMs + outageMs,
        },
      ],
      timeline: {
        number: 11,
        title: 'NATS out of reach of the leader',
        fromMs: cutMs,
        maps: [
          {
            name: 'the map without the old leader',
            after: cut,
            seconds: [9, 21],
            reason: 'crash',
            members: defenders - 1,
            joined: 0,
            left: 1,
            besidesShare: besidesOnCrash,
          },
          {
            name: 'the map with it again',
            after: firstFrom(
              cutMs,
              eventNamed(
                'the return of NATS',
                'fault.ended',
                ({ faultKind }) => faultKind === 'nats.client-cut',
              ),
            ),
            seconds: [scalingBand[0], 20],
            reason: 'scaling',
            members: defenders,
            joined: 1,
            left: 0,
          },
        ],
        events: [
          { event: eventNamed('a new leader', 'leader.elected'), after: cut, seconds: [3.9, 13] },
          { event: eventNamed('the old leader’s end', 'leader.lost'), after: cut, seconds: [3.9, 13] },
        ],
        never: [eventNamed('an id was given up', 'identity.released')],
      },
    };
  },
});
