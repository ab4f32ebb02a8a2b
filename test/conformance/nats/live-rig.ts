import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveCluster } from '../../../chaos/live/nats/index.ts';
import { ClientConnector } from '../../../system/adapters/nats/index.ts';
import type { Rig, RigConnection, RigConnector } from './rig.ts';

/** Servers on a machine with much else to do take their time to answer the first time. */
export const connectTimeoutMs = 60_000;

/** A real cluster. Connections are opened at one server after the other, and shared by the plans that run at the same time. */
export class LiveRig implements Rig {
  readonly #cluster: LiveCluster;
  readonly #connector: RigConnector;
  readonly #shared: Promise<RigConnection>[] = [];
  #next = 0;

  constructor(cluster: LiveCluster, connector: RigConnector = new ClientConnector()) {
    this.#cluster = cluster;
    this.#connector = connector;
  }

  /** `close` on what it gives does nothing: the connection belongs to the rig. */
  async connect(): Promise<RigConnection> {
    const place = this.#next++ % (this.#cluster.nodes.length * 2);
    this.#shared[place] ??= this.#connector.connect({
      url: this.#cluster.url(place % this.#cluster.nodes.length),
      name: `conformance-${place}`,
      timeoutMs: connectTimeoutMs,
    });
    return shared(await this.#shared[place]);
  }

  sleep(ms: number): Promise<void> {
    return sleep(ms);
  }

  nowMs(): number {
    return performance.now();
  }

  async close(): Promise<void> {
    for (const connection of this.#shared) await (await connection).close();
  }
}

function shared(connection: RigConnection): RigConnection {
  return {
    management: connection.management,
    publisher: connection.publisher,
    puller: connection.puller,
    createBucket: (settings) => connection.createBucket(settings),
    bucket: (bucket) => connection.bucket(bucket),
    close: () => Promise.resolve(),
  };
}
