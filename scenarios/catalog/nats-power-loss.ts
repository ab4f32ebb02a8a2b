import type { NatsSettings } from '../../sim/world-options.ts';
import type { KnownRed } from './known-red.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

const length = 30;
/** While the Defenders cannot reach NATS, completions wait in the stream. */
const cutMs = 110_000;
const darkAfterMs = 75_000;
const darkMs = 20_000;
const servers = 3;

function powerLoss(name: string, summary: string, nats: NatsSettings, knownRed?: KnownRed): Scenario {
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
      const outage = (startMs: number) => [
        {
          kind: 'nats.client-cut',
          parameters: { colour: 'blue', component: 'defender', share: 1 },
          startMs,
          endMs: startMs + cutMs,
        },
        ...Array.from({ length: servers }, () => ({
          kind: 'nats.power-loss',
          parameters: { colour: 'blue' },
          startMs: startMs + darkAfterMs,
          endMs: startMs + darkAfterMs + darkMs,
        })),
      ];
      return {
        durationMs: minutes * minuteMs,
        bothColours: false,
        nats,
        fixedFaults: fixed([...outage(at(10)), ...outage(at(20))]),
        goals: [goal('contexts processed', 'completion.acknowledged')],
      };
    },
  };
}

const told = 'all NATS servers lose power while completions wait';

const unsynced: KnownRed = {
  rules: [
    'durability.published',
    'alarm.judged-again',
    'alarm.fault-free',
    'liveness.converged',
    'ownership.respected',
  ],
  why: 'nats-server syncs its files every two minutes by default and acknowledges before (jetstream E41, D1): what is lost is judged by nobody, what follows it without it, and a consumer that remembers a lost message hands out what took its place in the stream, to the owner of another unit',
};

/** What was not synced yet is lost, though it was acknowledged. */
export const natsPowerLoss = powerLoss('nats-power-loss', `${told}, with default sync`, {}, unsynced);

/** 2.9 has no setting that syncs always. */
export const natsPowerLoss2910 = powerLoss(
  'nats-2910-power-loss',
  `${told}, under nats-server 2.9.10`,
  { version: '2.9.10' },
  unsynced,
);

export const natsPowerLossSynced = powerLoss('nats-power-loss-synced', `${told}, with sync_interval always`, {
  syncAlways: true,
});
