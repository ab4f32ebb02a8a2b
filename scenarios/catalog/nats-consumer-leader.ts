import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

const length = 40;
const killMs = 15_000;
const stepDowns = 90;
const kills = 5;

/**
 * Leaders of consumers step down or die with what they have delivered and not seen acknowledged: the next ones know of
 * it, and nothing is lost or has two effects (jetstream C1, R3).
 */
export const natsConsumerLeader: Scenario = {
  name: 'nats-consumer-leader',
  summary: 'leaders of consumers step down and die while what they delivered is in work',
  tags: ['faults', 'nats', 'consumers'],
  parameters: parametersOf(length),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / length) * minutes * minuteMs);
    const delivered = new Map<string, number>();
    let lostUs = 0;
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        ...Array.from({ length: stepDowns }, (_, number) => ({
          kind: 'nats.step-down',
          parameters: { colour: 'blue', group: 'consumers' },
          startMs: at(6 + number / 6),
        })),
        ...Array.from({ length: kills }, (_, number) => ({
          kind: 'nats.kill-node',
          parameters: { colour: 'blue' },
          startMs: at(22 + number * 3),
          endMs: at(22 + number * 3) + killMs,
        })),
      ]),
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal(
          'a leader was lost while a message was in work',
          'completion.acknowledged',
          ({ contextId }) => (delivered.get(contextId) ?? lostUs) < lostUs,
        ),
      ],
      begin({ history }) {
        history.on('fault.started', (_, timeUs) => {
          lostUs = timeUs;
        });
        history.on('completion.delivered', ({ contextId }, timeUs) => {
          delivered.set(contextId, timeUs);
        });
      },
    };
  },
};
