import type { JetStream } from './jetstream.ts';
import type { KeyValue } from './key-value.ts';

/** Connected now, or trying for ever to come back (jetstream 72: production never gives up). */
export type ConnectionStatus = 'connected' | 'disconnected';

/** One client connection to one NATS cluster. */
export interface NatsConnection {
  /** Name that the server announced at connect; compared with the expected colour at boot (delivery F59). */
  readonly clusterName: string;
  status(): ConnectionStatus;
  onStatus(handler: (status: ConnectionStatus) => void): void;
  readonly jetStream: JetStream;
  /** Binds to a bucket that exists (see `createKeyValue`); it does not talk to the server. */
  keyValue(bucket: string): KeyValue;
  /** Creates a bucket, or does nothing where one with this configuration exists. Errors: `conflict`, `timeout`, `disconnected`. */
  createKeyValue(config: KeyValueConfig): Promise<void>;
  close(): Promise<void>;
}

/** A bucket: its history a key is 1, storage file, replicas 3, unless said otherwise. */
export interface KeyValueConfig {
  readonly bucket: string;
  readonly replicas: 1 | 3;
  /** Age at which an entry vanishes without an event (jetstream 70); absent: never. */
  readonly ttlMs?: number;
}

export interface NatsConnectOptions {
  /** One URL of the cluster, for example `nats://nats-blue:4222`; the others are learnt from it. */
  readonly url: string;
  /** Connection name shown by the server's monitoring. */
  readonly name: string;
  readonly timeoutMs: number;
}

export interface NatsConnector {
  /** Resolves when the first connection stands. Errors: `connection-refused`, `timeout`. */
  connect(options: NatsConnectOptions): Promise<NatsConnection>;
}
