import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveCluster } from '../../../chaos/live/nats/index.ts';
import { ClientConnector } from '../../../system/adapters/nats/index.ts';
import type { FullNatsConnection, FullNatsConnector } from '../../../system/ports/nats-full.ts';
import type { Rig } from './rig.ts';

/** A real cluster. Connections are opened at one server after the other, and shared by the plans that run at the same time. */
export class LiveRig implements Rig {
  readonly #cluster: LiveCluster;
  readonly #connector: FullNatsConnector;
  readonly #shared: Promise<FullNatsConnection>[] = [];
  #next = 0;

  constructor(cluster: LiveCluster, connector: FullNatsConnector = new ClientConnector()) {
    this.#cluster = cluster;
    this.#connector = connector;
  }

  /** `close` on what it gives does nothing: the connection belongs to the rig. */
  async connect(): Promise<FullNatsConnection> {
    const place = this.#next++ % (this.#cluster.nodes.length * 2);
    this.#shared[place] ??= this.#connector.connect({
      url: this.#cluster.url(place % this.#cluster.nodes.length),
      name: `conformance-${place}`,
      timeoutMs: 5_000,
    });
    return new SharedConnection(await this.#shared[place]);
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

class SharedConnection implements FullNatsConnection {
  readonly #connection: FullNatsConnection;

  constructor(connection: FullNatsConnection) {
    this.#connection = connection;
  }

  get clusterName() {
    return this.#connection.clusterName;
  }

  get jetStream() {
    return this.#connection.jetStream;
  }

  get management() {
    return this.#connection.management;
  }

  get publisher() {
    return this.#connection.publisher;
  }

  get puller() {
    return this.#connection.puller;
  }

  status() {
    return this.#connection.status();
  }

  onStatus(...handlers: Parameters<FullNatsConnection['onStatus']>) {
    this.#connection.onStatus(...handlers);
  }

  keyValue(bucket: string) {
    return this.#connection.keyValue(bucket);
  }

  createKeyValue(...config: Parameters<FullNatsConnection['createKeyValue']>) {
    return this.#connection.createKeyValue(...config);
  }

  createBucket(...settings: Parameters<FullNatsConnection['createBucket']>) {
    return this.#connection.createBucket(...settings);
  }

  deleteBucket(bucket: string) {
    return this.#connection.deleteBucket(bucket);
  }

  bucket(bucket: string) {
    return this.#connection.bucket(bucket);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
