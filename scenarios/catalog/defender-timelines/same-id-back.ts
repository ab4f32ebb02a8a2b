import { eventNamed, firstFrom } from '../../timelines/timeline.ts';
import { besidesOnCrash, crashBand, faultFrom, scalingBand, timelineScenario } from './timeline-scenario.ts';

const fromMs = 110_000;
/** Longer than three heartbeats and shorter than the life of a claim: it comes back with the id that was buried. */
const silentMs = 9_000;

/** Timeline 9. */
export const sameIdBack = timelineScenario({
  name: '9',
  summary:
    'timeline 9: a member is taken for dead and comes back with its id; its units return in one map, not two',
  tools: 140,
  defenders: 12,
  minutes: 10,
  play({ defenders }) {
    return {
      faults: [
        {
          kind: 'pod.freeze',
          parameters: {},
          startMs: 0,
          at: {
            moment: 'map.published',
            occurrence: 1,
            delayMs: 90_000,
            target: 'follower',
            durationMs: silentMs,
          },
        },
      ],
      timeline: {
        number: 9,
        title: 'back with the same id',
        fromMs,
        maps: [
          {
            name: 'the map without the silent member',
            after: faultFrom(fromMs, 'pod.freeze'),
            seconds: crashBand,
            reason: 'crash',
            members: defenders - 1,
            joined: 0,
            left: 1,
            besidesShare: besidesOnCrash,
          },
          {
            name: 'the map with it again',
            after: firstFrom(
              fromMs,
              eventNamed('its return', 'fault.ended', ({ faultKind }) => faultKind === 'pod.freeze'),
            ),
            seconds: scalingBand,
            reason: 'scaling',
            members: defenders,
            joined: 1,
            left: 0,
          },
        ],
        events: [],
        never: [eventNamed('an id was lost', 'identity.released')],
      },
    };
  },
});
