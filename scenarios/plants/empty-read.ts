import type { Clock } from '../../system/ports/clock.ts';
import type { NatsConnector } from '../../system/ports/nats-connection.ts';
import type { Plant } from './plant.ts';
import { wrapBucket, wrapConnector } from './wrap-nats.ts';

const roundMs = 240_000;
const emptyInARoundMs = 20_000;

/** Every few minutes reads of heartbeats and claims show nothing for a while. */
function showingNothing(connector: NatsConnector, clock: Clock): NatsConnector {
  return wrapConnector(connector, (connection) => ({
    keyValue(name) {
      const bucket = connection.keyValue(name);
      if (!name.startsWith('parti-heartbeats') && !name.startsWith('parti-ids')) return bucket;
      return wrapBucket(bucket, {
        entries: () =>
          clock.monotonicMs() % roundMs < roundMs - emptyInARoundMs ? bucket.entries() : Promise.resolve([]),
      });
    },
  }));
}

/** Breaks `rebalance.limits`. */
export const emptyRead: Plant = {
  name: 'empty-read',
  summary: 'a leader that reads no heartbeat at all believes it, and now and then a stale replica shows none',
  rule: 'rebalance.limits',
  scenario: 'quiet-day',
  overrides: { tools: '60', minutes: '30' },
  customisation: {
    defender: (settings) => ({ ...settings, policies: { ...settings.policies, isFreshRead: () => true } }),
    ports: (component, ports) =>
      component === 'defender' ? { ...ports, nats: showingNothing(ports.nats, ports.clock) } : ports,
  },
};
