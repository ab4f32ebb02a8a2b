import type { NatsSettings } from '../../sim/world-options.ts';
import type { KnownRed } from './known-red.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** As on the real servers (jetstream R1): five cycles, each 22 s of a cut, then time to heal. */
const cutMs = 22_000;
const cycles = 5;
const length = 32;

function partition(name: string, summary: string, nats: NatsSettings, knownRed?: KnownRed): Scenario {
  return {
    name,
    summary,
    tags: ['faults', 'nats', 'durability'],
    // Cuts and recoveries have lengths of their own: they cannot be pressed closer.
    parameters: parametersOf(length).map((parameter) =>
      parameter.name === 'minutes' ? { ...parameter, minimum: length } : parameter,
    ),
    ...(knownRed === undefined ? {} : { knownRed }),
    setUp({ minutes }) {
      const at = (minute: number): number => Math.round((minute / length) * minutes * minuteMs);
      return {
        durationMs: minutes * minuteMs,
        bothColours: false,
        nats,
        fixedFaults: fixed(
          Array.from({ length: cycles }, (_, cycle) => ({
            kind: 'nats.partition',
            parameters: { colour: 'blue', scope: 'leader-of-stream' },
            startMs: at(8 + cycle * 4),
            endMs: at(8 + cycle * 4) + cutMs,
          })),
        ),
        goals: [goal('contexts processed', 'completion.acknowledged')],
      };
    },
  };
}

const told = 'the leader of the stream is cut off from its peers, five times';

export const nats2910Partition = partition(
  'nats-2910-partition',
  `${told}, under nats-server 2.9.10`,
  { version: '2.9.10' },
  {
    rules: [
      'durability.published',
      'alarm.judged-again',
      'liveness.converged',
      'leadership.fenced',
      'ownership.respected',
      'ownership.covered',
      'degraded.keeps',
      'windows.kept',
      'movement.bounds',
      'recovery.crash',
      'rebalance.limits',
    ],
    why: 'nats-server 2.9.10 loses acknowledged writes when a leader is cut off, and its replicas differ: streams keep what was processed, Defenders read different leases and maps, and two lead in one term (jetstream R1)',
  },
);

export const nats212Partition = partition('nats-212-partition', `${told}, under nats-server 2.12`, {
  version: '2.12',
});
