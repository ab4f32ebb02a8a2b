import type { PlannedFault } from '../../chaos/plan.ts';
import type { Plant } from './plant.ts';
import { wrapConnector, wrapJetStream } from './wrap-nats.ts';

const minuteMs = 60_000;
const lengthMinutes = 14;

/** The store is far away, so that much is in work; Defenders join and leave all the time, so that units move. */
const faults: readonly PlannedFault[] = [
  {
    id: 'far',
    kind: 'link.delay',
    parameters: { path: 'defender-cassandra', colour: 'blue', delayMs: 600 },
    startMs: 2 * minuteMs,
    endMs: lengthMinutes * minuteMs,
  },
  ...Array.from({ length: 8 }, (_, index) => ({
    id: `scale${index}`,
    kind: 'operator.scale',
    parameters: { deployment: 'defender-blue', replicas: index % 2 === 0 ? 15 : 10 },
    startMs: (3 + index * 1.25) * minuteMs,
  })),
];

/** Breaks `unit.single-worker`. */
export const twoStepRebind: Plant = {
  name: 'two-step-rebind',
  summary: 'who takes a unit over deletes its durable and makes it anew, whatever is in work there',
  rule: 'unit.single-worker',
  scenario: 'scaling-storm',
  overrides: { tools: '600', minutes: String(lengthMinutes), defenders: '10' },
  faults,
  customisation: {
    ports: (component, ports) =>
      component === 'defender'
        ? {
            ...ports,
            nats: wrapConnector(ports.nats, ({ jetStream }) => ({
              jetStream: wrapJetStream(jetStream, {
                async ensureConsumer(stream, config) {
                  await jetStream.deleteConsumer(stream, config.durable).catch(() => undefined);
                  await jetStream.ensureConsumer(stream, config);
                },
              }),
            })),
          }
        : ports,
  },
};
