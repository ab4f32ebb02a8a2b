import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

const length = 30;
const darkMs = 60_000;
const servers = 3;

/**
 * A server comes back alone, then all of a colour at once: 45 Defenders reconnect and take up the consumers of 1,500
 * tools together (jetstream I72).
 */
export const natsReconnectStorm: Scenario = {
  name: 'nats-reconnect-storm',
  summary: 'NATS servers return: all Defenders reconnect and take up the consumers of all tools together',
  tags: ['faults', 'nats', 'consumers'],
  parameters: parametersOf(length),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / length) * minutes * minuteMs);
    const kill = (startMs: number) => ({
      kind: 'nats.kill-node',
      parameters: { colour: 'blue' },
      startMs,
      endMs: startMs + darkMs,
    });
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([kill(at(9)), ...Array.from({ length: servers }, () => kill(at(17)))]),
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a Defender was degraded', 'defender.state', (event) => event.to === 'degraded'),
        goal('a Defender came back', 'defender.state', (event) => event.from === 'degraded'),
      ],
    };
  },
};
