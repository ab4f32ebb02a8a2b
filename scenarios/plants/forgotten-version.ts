import type { NatsConnector } from '../../system/ports/nats-connection.ts';
import type { Plant } from './plant.ts';
import { wrapBucket, wrapConnector } from './wrap-nats.ts';

function forgetting(connector: NatsConnector): NatsConnector {
  return wrapConnector(connector, (connection) => ({
    keyValue(name) {
      const bucket = connection.keyValue(name);
      if (!name.startsWith('parti-assignments')) return bucket;
      return wrapBucket(bucket, {
        get: () => Promise.resolve(undefined),
        create: (key, value) => bucket.put(key, value),
      });
    },
  }));
}

/** Breaks `leadership.fenced`. */
export const forgottenVersion: Plant = {
  name: 'forgotten-version',
  summary: 'a new leader does not read the map in force and counts its own from one',
  rule: 'leadership.fenced',
  scenario: 'defender-churn',
  overrides: { tools: '60', minutes: '30' },
  customisation: {
    ports: (component, ports) =>
      component === 'defender' ? { ...ports, nats: forgetting(ports.nats) } : ports,
  },
};
