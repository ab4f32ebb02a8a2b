import type { KeyValueWatch } from '../../system/ports/key-value.ts';
import type { NatsConnection, NatsConnector } from '../../system/ports/nats-connection.ts';
import type { Plant } from './plant.ts';
import { wrapBucket, wrapConnector } from './wrap-nats.ts';

/** Watches end at the first loss of the connection, without a word. */
function deafening(connection: NatsConnection): Partial<NatsConnection> {
  const watches: KeyValueWatch[] = [];
  connection.onStatus((status) => {
    if (status === 'disconnected') for (const watch of watches.splice(0)) watch.stop();
  });
  return {
    keyValue(name) {
      const bucket = connection.keyValue(name);
      return wrapBucket(bucket, {
        watch(handlers) {
          const watch = bucket.watch(handlers);
          watches.push(watch);
          return watch;
        },
      });
    },
  };
}

function deaf(connector: NatsConnector): NatsConnector {
  return wrapConnector(connector, deafening);
}

/** Breaks `ownership.covered`. */
export const deafWatch: Plant = {
  name: 'deaf-watch',
  summary: 'after a reconnect nobody watches the map any more, and nobody reads it by himself',
  rule: 'ownership.covered',
  scenario: 'nats-storm',
  overrides: { tools: '60', minutes: '30' },
  faults: [
    {
      id: 'n1',
      kind: 'nats.kill-node',
      parameters: { colour: 'blue' },
      startMs: 8 * 60_000,
      endMs: 9 * 60_000,
    },
    {
      id: 'n2',
      kind: 'nats.kill-node',
      parameters: { colour: 'blue' },
      startMs: 11 * 60_000,
      endMs: 12 * 60_000,
    },
    {
      id: 'k1',
      kind: 'pod.kill',
      parameters: { component: 'defender', colour: 'blue', count: 2 },
      startMs: 18 * 60_000,
    },
  ],
  customisation: {
    defender: (settings) => ({ ...settings, mapReadMs: Number.MAX_SAFE_INTEGER }),
    ports: (component, ports) => (component === 'defender' ? { ...ports, nats: deaf(ports.nats) } : ports),
  },
};
