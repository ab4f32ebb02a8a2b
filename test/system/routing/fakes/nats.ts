import type { StreamInfo } from '../../../../system/ports/jetstream.ts';
import type { NatsConnection } from '../../../../system/ports/nats-connection.ts';

/** A connection on which a stream can be looked at, and nothing else. */
export function fakeConnection(messages: () => number): NatsConnection {
  const refuse = (): never => {
    throw new Error('the controller only reads streams');
  };
  const streamInfo = (name: string): Promise<StreamInfo> =>
    Promise.resolve({
      name,
      messages: messages(),
      firstSequence: 1,
      lastSequence: messages(),
      config: {
        name,
        subjects: ['dc.>'],
        retention: 'workqueue',
        storage: 'file',
        replicas: 3,
        maxAgeMs: 1,
        maxMessages: 1,
        discard: 'new',
        duplicateWindowMs: 1,
      },
    });
  return {
    clusterName: 'fake',
    status: () => 'connected',
    onStatus: () => {},
    keyValue: refuse,
    createKeyValue: refuse,
    close: () => Promise.resolve(),
    jetStream: {
      ensureStream: refuse,
      streamInfo,
      purgeStream: refuse,
      publish: refuse,
      ensureConsumer: refuse,
      deleteConsumer: refuse,
      consumerInfo: refuse,
      consumerNames: refuse,
      consume: refuse,
    },
  };
}
