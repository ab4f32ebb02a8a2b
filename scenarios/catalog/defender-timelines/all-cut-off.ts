import { eventNamed, firstFrom } from '../../timelines/timeline.ts';
import { timelineScenario } from './timeline-scenario.ts';

const cutMs = 120_000;
const outageMs = 600_000;

/** Timeline 10. */
export const allCutOff = timelineScenario({
  name: '10',
  summary: 'timeline 10: no Defender reaches NATS for 10 min; no map, no id lost, all stable soon after',
  tools: 60,
  defenders: 12,
  minutes: 16,
  play: () => ({
    faults: [
      {
        kind: 'nats.client-cut',
        parameters: { component: 'defender', colour: 'blue', share: 1 },
        startMs: cutMs,
        endMs: cutMs + outageMs,
      },
    ],
    timeline: {
      number: 10,
      title: 'NATS out of reach of all',
      fromMs: cutMs,
      maps: [],
      events: [],
      never: [
        eventNamed('an id was given up', 'identity.released'),
        eventNamed('a member was declared dead', 'member.dead'),
        eventNamed('an emergency', 'defender.state', ({ to }) => to === 'emergency'),
      ],
      // 30 s of grace and one window of 10 s after NATS is back.
      stable: {
        after: firstFrom(
          cutMs,
          eventNamed('the return of NATS', 'fault.ended', ({ faultKind }) => faultKind === 'nats.client-cut'),
        ),
        seconds: [0, 40],
      },
    },
  }),
});
