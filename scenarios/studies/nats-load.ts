import type { DeliveredMessage, JetStream } from '../../system/ports/jetstream.ts';
import type { KeyValue } from '../../system/ports/key-value.ts';
import type { NatsConnector } from '../../system/ports/nats-connection.ts';

/** What the Defenders ask of NATS, counted. Not counted: pulls that nothing answered, watches, keep-alives. */
export class NatsLoad {
  /** Heartbeats, claims, locks, maps, dead letters. */
  writes = 0;
  reads = 0;
  /** Completions handed over. */
  deliveries = 0;
  /** Acks, naks and words of progress. */
  settlements = 0;
  /** Consumers made sure of: one for each unit that changes its owner. */
  binds = 0;

  get calls(): number {
    return this.writes + this.reads + this.deliveries + this.settlements + this.binds;
  }

  /** The connector of one Defender, whose calls are counted here. */
  counted(connector: NatsConnector): NatsConnector {
    return {
      connect: async (options) => {
        const connection = await connector.connect(options);
        return {
          clusterName: connection.clusterName,
          status: () => connection.status(),
          onStatus: (handler) => connection.onStatus(handler),
          jetStream: this.#jetStream(connection.jetStream),
          keyValue: (bucket) => this.#keyValue(connection.keyValue(bucket)),
          createKeyValue: (config) => connection.createKeyValue(config),
          close: () => connection.close(),
        };
      },
    };
  }

  #keyValue(bucket: KeyValue): KeyValue {
    const written = <T>(result: T): T => {
      this.writes++;
      return result;
    };
    const read = <T>(result: T): T => {
      this.reads++;
      return result;
    };
    return {
      bucket: bucket.bucket,
      get: (key) => read(bucket.get(key)),
      entries: () => read(bucket.entries()),
      create: (key, value) => written(bucket.create(key, value)),
      put: (key, value) => written(bucket.put(key, value)),
      update: (key, value, revision) => written(bucket.update(key, value, revision)),
      delete: (key, revision) => written(bucket.delete(key, revision)),
      watch: (handlers) => bucket.watch(handlers),
    };
  }

  #jetStream(jetStream: JetStream): JetStream {
    return {
      ensureStream: (config) => jetStream.ensureStream(config),
      streamInfo: (stream) => jetStream.streamInfo(stream),
      purgeStream: (stream) => jetStream.purgeStream(stream),
      publish: (subject, payload, options) => {
        this.writes++;
        return jetStream.publish(subject, payload, options);
      },
      ensureConsumer: (stream, config) => {
        this.binds++;
        return jetStream.ensureConsumer(stream, config);
      },
      deleteConsumer: (stream, durable) => jetStream.deleteConsumer(stream, durable),
      consumerInfo: (stream, durable) => jetStream.consumerInfo(stream, durable),
      consumerNames: (stream) => jetStream.consumerNames(stream),
      consume: (stream, durable, options, handlers) =>
        jetStream.consume(stream, durable, options, {
          ...handlers,
          message: (message) => {
            this.deliveries++;
            handlers.message(this.#message(message));
          },
        }),
    };
  }

  #message(message: DeliveredMessage): DeliveredMessage {
    const { subject, payload, messageId, streamSequence, deliveryCount, storedMs } = message;
    const settled = (): void => {
      this.settlements++;
    };
    return {
      subject,
      payload,
      messageId,
      streamSequence,
      deliveryCount,
      storedMs,
      ack() {
        settled();
        message.ack();
      },
      ackConfirmed(timeoutMs) {
        settled();
        return message.ackConfirmed(timeoutMs);
      },
      nak(delayMs) {
        settled();
        message.nak(delayMs);
      },
      inProgress() {
        settled();
        message.inProgress();
      },
      terminate(reason) {
        settled();
        message.terminate(reason);
      },
    };
  }
}
