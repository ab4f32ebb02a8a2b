import { Events, type NatsConnection as Client } from 'nats';
import type { BucketSettings, FullKeyValue } from '../../ports/key-value-full.ts';
import { bucketStream } from '../../ports/key-value-full.ts';
import type { KeyValue } from '../../ports/key-value.ts';
import type { ConnectionStatus, KeyValueConfig } from '../../ports/nats-connection.ts';
import type { FullNatsConnection } from '../../ports/nats-full.ts';
import { ClientCore } from './client-core.ts';
import { clientWatches } from './client-watch.ts';
import type { WatchBucket } from './bucket-watch.ts';
import { ClientFullKeyValue } from './full-key-value.ts';
import { ClientJetStream } from './jet-stream.ts';
import { ClientKeyValue } from './key-value.ts';
import { ClientManagement } from './management.ts';
import { ClientPublisher } from './publisher.ts';
import { ClientPuller } from './puller.ts';
import { isAtLeast } from './server-version.ts';

/** One connection of the `nats` package, with the small port and the wide one. */
export class ClientConnection implements FullNatsConnection {
  readonly clusterName: string;
  readonly jetStream: ClientJetStream;
  readonly management: ClientManagement;
  readonly publisher: ClientPublisher;
  readonly puller: ClientPuller;
  readonly #client: Client;
  readonly #watch: WatchBucket;
  readonly #handlers: ((status: ConnectionStatus) => void)[] = [];
  #status: ConnectionStatus = 'connected';

  constructor(client: Client) {
    const core = new ClientCore(client);
    const jetStream = client.jetstream();
    this.#client = client;
    this.clusterName = client.info?.cluster ?? '';
    this.management = new ClientManagement(core);
    this.publisher = new ClientPublisher(core);
    this.puller = new ClientPuller(core);
    this.jetStream = new ClientJetStream(jetStream, this.management, this.publisher, () =>
      isAtLeast(client.info?.version ?? '', [2, 10, 4]),
    );
    this.#watch = clientWatches(jetStream);
    void this.#followStatus();
  }

  status(): ConnectionStatus {
    return this.#status;
  }

  onStatus(handler: (status: ConnectionStatus) => void): void {
    this.#handlers.push(handler);
  }

  keyValue(bucket: string): KeyValue {
    return new ClientKeyValue(bucket, this.bucket(bucket));
  }

  createKeyValue(config: KeyValueConfig): Promise<void> {
    return this.createBucket(config);
  }

  async createBucket(settings: BucketSettings): Promise<void> {
    await this.management.createStream(bucketStream(settings));
  }

  deleteBucket(bucket: string): Promise<void> {
    return this.management.deleteStream(`KV_${bucket}`);
  }

  bucket(bucket: string): FullKeyValue {
    return new ClientFullKeyValue(bucket, this.management, this.publisher, this.#watch);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #followStatus(): Promise<void> {
    for await (const { type } of this.#client.status()) {
      if (type === Events.Reconnect) this.#tell('connected');
      else if (type === Events.Disconnect) this.#tell('disconnected');
    }
    this.#tell('disconnected');
  }

  #tell(status: ConnectionStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    for (const handler of this.#handlers) handler(status);
  }
}
