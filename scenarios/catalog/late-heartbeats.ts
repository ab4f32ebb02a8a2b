import { RandomStream } from '../../sim/kernel/index.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** Death is judged after 6 s: two beats late, at the edge, and beyond it. */
const delaysMs = [2_500, 4_000, 5_500, 7_000] as const;
const jittersMs = [500, 2_000, 4_000] as const;

/**
 * What two Defenders send to NATS comes late, by seconds and unevenly: their heartbeats are not lost, but between two of
 * them it is now and then longer than a death takes, so that they are taken for dead and come back, again and again
 * (defender §7). The seed says how late.
 */
export const lateHeartbeats: Scenario = {
  name: 'defender-late-heartbeats',
  summary: 'what two Defenders send to NATS comes seconds late: now dead, now alive, and never gone',
  tags: ['faults', 'network', 'defender'],
  parameters: parametersOf(20),
  setUp({ minutes, defenders }, seed) {
    const at = (minute: number): number => Math.round((minute / 20) * minutes * minuteMs);
    const random = new RandomStream(seed, 'late-heartbeats', 'case');
    const late = {
      path: 'defender-nats',
      colour: 'blue',
      share: 2 / defenders,
      direction: 'outbound',
      delayMs: random.pick(delaysMs),
      jitterMs: random.pick(jittersMs),
    };
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([{ kind: 'link.delay', parameters: late, startMs: at(6), endMs: at(11) }]),
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a heartbeat was missed', 'member.silent'),
        goal('a living Defender was taken for dead', 'member.dead', () => true, false),
        goal('a map after that', 'assignment.published', ({ reason }) => reason === 'crash', false),
      ],
    };
  },
};
