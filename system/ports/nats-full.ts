import type { JetStreamManagement } from './jetstream-management.ts';
import type { JetStreamPublisher } from './jetstream-publish.ts';
import type { JetStreamPuller } from './jetstream-pull.ts';
import type { BucketSettings, FullKeyValue } from './key-value-full.ts';
import type { NatsConnection, NatsConnectOptions } from './nats-connection.ts';

/**
 * A connection with everything JetStream offers: for administration and for proving that the simulated server agrees
 * with the real one. Components use the small surface of `NatsConnection`.
 */
export interface FullNatsConnection extends NatsConnection {
  readonly management: JetStreamManagement;
  readonly publisher: JetStreamPublisher;
  readonly puller: JetStreamPuller;
  /** Succeeds too where a bucket with these very settings exists. */
  createBucket(settings: BucketSettings): Promise<void>;
  deleteBucket(bucket: string): Promise<void>;
  bucket(bucket: string): FullKeyValue;
}

export interface FullNatsConnector {
  /** As `NatsConnector.connect`. */
  connect(options: NatsConnectOptions): Promise<FullNatsConnection>;
}
