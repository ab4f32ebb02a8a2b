import { completionStream } from '../../system/ports/completion.ts';
import type { NatsConnector } from '../../system/ports/nats-connection.ts';
import type { Plant } from './plant.ts';
import { wrapConnector, wrapJetStream } from './wrap-nats.ts';

/** As a server that lost what it acknowledged: every tenth publish is answered and not sent. */
function forgetting(connector: NatsConnector): NatsConnector {
  let publishes = 0;
  return wrapConnector(connector, ({ jetStream }) => ({
    jetStream: wrapJetStream(jetStream, {
      publish: (subject, payload, options) =>
        ++publishes % 10 === 0
          ? Promise.resolve({ stream: completionStream, sequence: publishes, duplicate: false })
          : jetStream.publish(subject, payload, options),
    }),
  }));
}

/** Breaks `durability.published`. */
export const forgottenCompletion: Plant = {
  name: 'forgotten-completion',
  summary: 'every tenth completion is acknowledged to the collector and is in no stream',
  rule: 'durability.published',
  scenario: 'quiet-day',
  overrides: { tools: '150', minutes: '40' },
  customisation: {
    ports: (component, ports) =>
      component === 'collector' ? { ...ports, nats: forgetting(ports.nats) } : ports,
  },
};
