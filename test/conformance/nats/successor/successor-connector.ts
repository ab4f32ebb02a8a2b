import { connect } from '@nats-io/transport-node';
import { ClientFullKeyValue } from '../../../../system/adapters/nats/full-key-value.ts';
import { ClientManagement } from '../../../../system/adapters/nats/management.ts';
import { ClientPublisher } from '../../../../system/adapters/nats/publisher.ts';
import { ClientPuller } from '../../../../system/adapters/nats/puller.ts';
import { bucketStream } from '../../../../system/ports/key-value-full.ts';
import type { NatsConnectOptions } from '../../../../system/ports/nats-connection.ts';
import type { RigConnection, RigConnector } from '../rig.ts';
import { SuccessorCore } from './successor-core.ts';
import { successorWatches } from './successor-watch.ts';

/** The wide port over `@nats-io/*`, as far as sequences use it: what `system/adapters/nats` would become. */
export class SuccessorConnector implements RigConnector {
  async connect({ url, name, timeoutMs }: NatsConnectOptions): Promise<RigConnection> {
    const client = await connect({ servers: url, name, timeout: timeoutMs, maxReconnectAttempts: -1 });
    const core = new SuccessorCore(client);
    const management = new ClientManagement(core);
    const publisher = new ClientPublisher(core);
    const watch = successorWatches(client);
    return {
      management,
      publisher,
      puller: new ClientPuller(core),
      createBucket: async (settings) => {
        await management.createStream(bucketStream(settings));
      },
      bucket: (bucket) => new ClientFullKeyValue(bucket, management, publisher, watch),
      close: () => client.close(),
    };
  }
}
