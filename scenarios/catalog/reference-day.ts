import { goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** The reference workload of DESIGN with a full fault plan: what speed and memory are measured on. */
export const referenceDay: Scenario = {
  name: 'reference-day',
  summary: 'the reference workload, both colours up, under a full fault plan: for measuring',
  tags: ['faults', 'bench'],
  parameters: parametersOf(1440),
  setUp: ({ minutes }) => ({
    durationMs: minutes * minuteMs,
    bothColours: true,
    fixedFaults: [],
    drawnFaults: {
      kinds: ['nats.', 'cassandra.', 'pod.', 'gateway.', 'link.', 'prometheus.'],
      // About one fault in ten minutes, all day long.
      most: Math.max(6, Math.round(minutes / 10)),
      startMs: 10 * minuteMs,
      endMs: Math.max(20, minutes - 5) * minuteMs,
    },
    goals: [goal('contexts processed', 'completion.acknowledged')],
  }),
};
