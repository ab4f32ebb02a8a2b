import type { Plant } from './plant.ts';
import { wrapConnector, wrapJetStream } from './wrap-nats.ts';

/** Breaks `ownership.respected`. */
export const emptyFilter: Plant = {
  name: 'empty-filter',
  summary: 'a durable is made with an empty filter list, which the server takes for the whole stream',
  rule: 'ownership.respected',
  scenario: 'quiet-day',
  overrides: { tools: '60', minutes: '20' },
  customisation: {
    ports: (component, ports) =>
      component === 'defender'
        ? {
            ...ports,
            nats: wrapConnector(ports.nats, ({ jetStream }) => ({
              jetStream: wrapJetStream(jetStream, {
                ensureConsumer: (stream, config) =>
                  jetStream.ensureConsumer(stream, { ...config, filterSubjects: ['dc.>'] }),
              }),
            })),
          }
        : ports,
  },
};
