import type { SystemCustomisation } from '../../sim/system-customisation.ts';
import type { Clock } from '../../system/ports/clock.ts';
import type { KeyValueWatchHandlers } from '../../system/ports/key-value.ts';
import type { NatsConnector } from '../../system/ports/nats-connection.ts';
import { wrapBucket, wrapConnector } from '../plants/wrap-nats.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** A watch tells nothing any more after this long, and nobody says so. */
const heardForMs = 120_000;

function deafening(connector: NatsConnector, clock: Clock): NatsConnector {
  return wrapConnector(connector, (connection) => ({
    keyValue(name) {
      const bucket = connection.keyValue(name);
      return wrapBucket(bucket, {
        watch: (handlers) => bucket.watch(heardAWhile(handlers, clock)),
      });
    },
  }));
}

function heardAWhile(handlers: KeyValueWatchHandlers, clock: Clock): KeyValueWatchHandlers {
  const untilMs = clock.monotonicMs() + heardForMs;
  return {
    ...handlers,
    entry(entry) {
      if (clock.monotonicMs() < untilMs) handlers.entry(entry);
    },
  };
}

const deafWatches: SystemCustomisation = {
  ports: (component, ports) =>
    component === 'defender' ? { ...ports, nats: deafening(ports.nats, ports.clock) } : ports,
};

/**
 * Every watch of every Defender falls silent two minutes after it began, on a connection that is well and without a word
 * (defender §7): deaths, joins and leaves must still reach everybody, by reads, within the bounds that hold with watches.
 */
export const defenderDeafWatches: Scenario = {
  name: 'defender-deaf-watches',
  summary: 'every watch of the Defenders falls silent without a word, and members die, join and leave',
  tags: ['faults', 'defender'],
  parameters: parametersOf(30),
  setUp({ minutes, defenders }) {
    const at = (minute: number): number => Math.round((minute / 30) * minutes * minuteMs);
    const deployment = 'defender-blue';
    const kill = (component: string, minute: number) => ({
      kind: 'pod.kill',
      parameters: { component, colour: 'blue', count: 1 },
      startMs: at(minute),
    });
    const scale = (replicas: number, minute: number) => ({
      kind: 'operator.scale',
      parameters: { deployment, replicas },
      startMs: at(minute),
    });
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      customisation: deafWatches,
      fixedFaults: fixed([
        kill('defender', 6),
        scale(defenders + 2, 10),
        kill('leader-defender', 14),
        scale(defenders, 18),
        { kind: 'operator.rolling-update', parameters: { deployment }, startMs: at(22) },
      ]),
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a map after a crash', 'assignment.published', ({ reason }) => reason === 'crash'),
        goal('a map after scaling', 'assignment.published', ({ reason }) => reason === 'scaling'),
        goal('an id was handed over', 'identity.claimed', (event) => event.inherited),
      ],
    };
  },
};
