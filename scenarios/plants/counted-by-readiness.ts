import type { Clock } from '../../system/ports/clock.ts';
import type { KeyValueEntry } from '../../system/ports/key-value.ts';
import type { NatsConnector } from '../../system/ports/nats-connection.ts';
import type { Orchestrator } from '../../system/ports/orchestrator.ts';
import type { Plant } from './plant.ts';
import { wrapBucket, wrapConnector } from './wrap-nats.ts';

const lookMs = 1_000;

/** Of the heartbeats as many are shown as the Deployment has ready pods, those of the lowest ids. */
class Headcount {
  readonly #orchestrator: Orchestrator;
  readonly #deployment: string;
  #ready = Infinity;

  constructor(clock: Clock, orchestrator: Orchestrator, deployment: string) {
    this.#orchestrator = orchestrator;
    this.#deployment = deployment;
    clock.every(lookMs, () => void this.#look());
  }

  shows(entry: KeyValueEntry): boolean {
    return Number(entry.key.slice(entry.key.lastIndexOf('-') + 1)) < this.#ready;
  }

  async #look(): Promise<void> {
    const { desired, ready } = await this.#orchestrator.status(this.#deployment);
    this.#ready = ready >= desired ? Infinity : ready;
  }
}

function believing(connector: NatsConnector, headcount: Headcount): NatsConnector {
  return wrapConnector(connector, (connection) => ({
    keyValue(name) {
      const bucket = connection.keyValue(name);
      if (!name.startsWith('parti-heartbeats')) return bucket;
      return wrapBucket(bucket, {
        entries: async () => (await bucket.entries()).filter((entry) => headcount.shows(entry)),
        watch: (handlers) =>
          bucket.watch({
            ...handlers,
            entry: (entry) => {
              if (headcount.shows(entry)) handlers.entry(entry);
            },
          }),
      });
    },
  }));
}

/** Breaks `membership.readiness`. */
export const countedByReadiness: Plant = {
  name: 'counted-by-readiness',
  summary: 'a leader believes the platform: no more Defenders are alive than pods are ready',
  rule: 'membership.readiness',
  scenario: 'defender-readiness-flap',
  overrides: { tools: '60' },
  customisation: {
    ports: (component, ports, colour) =>
      component === 'defender' && colour !== undefined
        ? {
            ...ports,
            nats: believing(ports.nats, new Headcount(ports.clock, ports.orchestrator, `defender-${colour}`)),
          }
        : ports,
  },
};
