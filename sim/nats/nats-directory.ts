import { PortError } from '../../system/ports/errors.ts';
import type { NatsConnectOptions } from '../../system/ports/nats-connection.ts';
import type { FullNatsConnection, FullNatsConnector } from '../../system/ports/nats-full.ts';
import type { SimProcess } from '../kernel/index.ts';
import { NatsClient } from './nats-client.ts';
import type { NatsCluster } from './nats-cluster.ts';

/** Names of clusters to addresses: `nats://<cluster name>:4222`. */
export class NatsDirectory {
  readonly #clusters = new Map<string, NatsCluster>();

  constructor(clusters: readonly NatsCluster[]) {
    for (const cluster of clusters) this.#clusters.set(`nats://${cluster.name}:4222`, cluster);
  }

  /** The `NatsConnector` port of one process on one machine, with all that JetStream offers. */
  connectorFor(process: SimProcess, host: number): FullNatsConnector {
    return {
      connect: (options) => this.#connect(process, host, options),
    };
  }

  async #connect(
    process: SimProcess,
    host: number,
    options: NatsConnectOptions,
  ): Promise<FullNatsConnection> {
    const cluster = this.#clusters.get(options.url);
    if (cluster === undefined) throw new PortError(`nobody is at ${options.url}`, 'connection-refused');
    const client = new NatsClient(cluster, process, host);
    await client.connect(options.timeoutMs);
    return client;
  }
}
