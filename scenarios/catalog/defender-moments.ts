import { moments } from '../../chaos/moment.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/**
 * Faults at named moments of the Defender protocol: an update, scaling, crashes and cut-off members make the moments come,
 * and what the seed draws strikes at them (defender §7; delivery F61–F74).
 */
export const defenderMoments: Scenario = {
  name: 'defender-moments',
  summary: 'faults strike at named moments of the Defender protocol, such as between a map and its first use',
  tags: ['faults', 'defender', 'swarm'],
  parameters: parametersOf(40),
  setUp({ minutes, defenders }) {
    const at = (minute: number): number => Math.round((minute / 40) * minutes * minuteMs);
    const pool = { deployment: 'defender-blue' };
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        { kind: 'operator.rolling-update', parameters: pool, startMs: at(7) },
        {
          kind: 'operator.scale',
          parameters: { ...pool, replicas: Math.ceil(defenders * 1.3) },
          startMs: at(14),
        },
        // Map computed and sent, leader dies before anybody saw it (defender §7).
        {
          kind: 'pod.kill',
          parameters: {},
          startMs: at(14),
          at: { moment: 'map.computed', occurrence: 1, delayMs: 0, target: 'self' },
        },
        {
          kind: 'nats.client-cut',
          parameters: { component: 'defender', colour: 'blue' },
          startMs: at(20),
          endMs: at(20) + 20_000,
        },
        { kind: 'operator.scale', parameters: { ...pool, replicas: defenders }, startMs: at(24) },
        { kind: 'pod.kill', parameters: { component: 'defender', colour: 'blue' }, startMs: at(29) },
        { kind: 'operator.rolling-update', parameters: pool, startMs: at(32) },
      ]),
      drawnFaults: {
        kinds: [
          'pod.kill',
          'pod.freeze',
          'pod.clock-step',
          'nats.client-cut',
          'nats.step-down',
          'nats.kill-node',
          'nats.pause-node',
          'cassandra.slow-node',
          'link.delay',
        ],
        most: 10,
        startMs: at(5),
        endMs: at(36),
        moments: { names: moments.map(({ name }) => name), share: 1 },
      },
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('an id was handed over', 'identity.claimed', (event) => event.inherited),
        goal('a map after a crash', 'assignment.published', (event) => event.reason === 'crash', false),
        goal('a leader was replaced', 'leader.elected', (event) => event.term > 1),
      ],
    };
  },
};
