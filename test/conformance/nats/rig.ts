import type { FullNatsConnection } from '../../../system/ports/nats-full.ts';
import type { NatsConnectOptions } from '../../../system/ports/nats-connection.ts';

/** As much of a connection as sequences use. */
export type RigConnection = Pick<
  FullNatsConnection,
  'management' | 'publisher' | 'puller' | 'createBucket' | 'bucket' | 'close'
>;

export interface RigConnector {
  connect(options: NatsConnectOptions): Promise<RigConnection>;
}

/** A world that plans run in: the model's or a real one. */
export interface Rig {
  connect(name: string): Promise<RigConnection>;
  sleep(ms: number): Promise<void>;
  /** Milliseconds since some start. */
  nowMs(): number;
}
