import type { Plant } from './plant.ts';
import { wrapConnector, wrapJetStream } from './wrap-nats.ts';

/** Breaks `unit.single-worker`. */
export const twoStepRebind: Plant = {
  name: 'two-step-rebind',
  summary: 'who takes a unit over deletes its durable and makes it anew, whatever is in work there',
  rule: 'unit.single-worker',
  scenario: 'scaling-storm',
  overrides: { tools: '300', minutes: '30' },
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
