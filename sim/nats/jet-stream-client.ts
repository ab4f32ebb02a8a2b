import { PortError } from '../../system/ports/errors.ts';
import type {
  ConsumeHandlers,
  ConsumeOptions,
  ConsumerConfig,
  ConsumerInfo,
  Consumption,
  JetStream,
  PublishAck,
  PublishOptions,
  StreamConfig,
  StreamInfo,
} from '../../system/ports/jetstream.ts';
import { NatsConsumption } from './consumption.ts';
import type { NatsClient } from './nats-client.ts';

/** JetStream as a component of the system reaches it. Each call is one request; nothing is tried again (jetstream I75). */
export class JetStreamClient implements JetStream {
  readonly #client: NatsClient;

  constructor(client: NatsClient) {
    this.#client = client;
  }

  async ensureStream(config: StreamConfig): Promise<void> {
    await this.#client.management.createStream(config);
  }

  async streamInfo(stream: string): Promise<StreamInfo> {
    const { settings, messages, firstSequence, lastSequence } = await this.#client.management.stream(stream);
    const { name, subjects, retention, storage, maxAgeMs, maxMessages, discard, duplicateWindowMs } =
      settings;
    const replicas = settings.replicas === 3 ? 3 : 1;
    return {
      name: stream,
      messages,
      firstSequence,
      lastSequence,
      config: {
        name,
        subjects,
        retention,
        storage,
        replicas,
        maxAgeMs,
        maxMessages,
        discard,
        duplicateWindowMs,
      },
    };
  }

  async purgeStream(stream: string): Promise<void> {
    await this.#client.management.purge(stream);
  }

  publish(subject: string, payload: Uint8Array, options: PublishOptions): Promise<PublishAck> {
    const { messageId, timeoutMs } = options;
    return this.#client.call<PublishAck>(
      `publish to ${subject}`,
      (call) => ({
        kind: 'publish',
        subject: this.#client.cluster.subjects.number(subject),
        payload,
        messageId,
        headers: undefined,
        rollup: '',
        ttl: '',
        expectations: undefined,
        call,
      }),
      timeoutMs,
    );
  }

  async ensureConsumer(stream: string, config: ConsumerConfig): Promise<void> {
    const { durable, filterSubjects, ackWaitMs, maxDeliver, maxAckPending, replicas } = config;
    if (filterSubjects.length === 0) {
      throw new PortError(`ensure ${durable}: no filter would mean the whole stream`, 'invalid');
    }
    await this.#client.management.createConsumer(stream, {
      name: durable,
      durable: true,
      ack: 'explicit',
      filterSubjects,
      ackWaitMs,
      maxDeliver,
      maxAckPending,
      replicas,
    });
  }

  deleteConsumer(stream: string, durable: string): Promise<void> {
    return this.#client.management.deleteConsumer(stream, durable);
  }

  consumerInfo(stream: string, durable: string): Promise<ConsumerInfo> {
    return this.#client.call(`info of ${durable}`, (call) => ({
      kind: 'consumer-info',
      stream,
      consumer: durable,
      call,
    }));
  }

  consumerNames(stream: string): Promise<readonly string[]> {
    return this.#client.management.consumerNames(stream);
  }

  consume(stream: string, durable: string, options: ConsumeOptions, handlers: ConsumeHandlers): Consumption {
    const consumption = new NatsConsumption(this.#client, stream, durable, options, handlers);
    this.#client.consumptions.add(consumption);
    consumption.pull();
    return consumption;
  }
}
