import type { JetStreamClient } from 'nats';
import { PortError } from '../../ports/errors.ts';
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
} from '../../ports/jetstream.ts';
import type { JetStreamManagement, StreamSettings } from '../../ports/jetstream-management.ts';
import type { JetStreamPublisher } from '../../ports/jetstream-publish.ts';
import { ClientConsumption } from './consumption.ts';

/** JetStream as components use it, over the wide port and the client library's pull loop. */
export class ClientJetStream implements JetStream {
  readonly #client: JetStreamClient;
  readonly #management: JetStreamManagement;
  readonly #publisher: JetStreamPublisher;
  readonly #termReasons: () => boolean;

  /** `termReasons`: whether the server now connected to takes reasons with `+TERM`. */
  constructor(
    client: JetStreamClient,
    management: JetStreamManagement,
    publisher: JetStreamPublisher,
    termReasons: () => boolean,
  ) {
    this.#client = client;
    this.#management = management;
    this.#publisher = publisher;
    this.#termReasons = termReasons;
  }

  async ensureStream(config: StreamConfig): Promise<void> {
    const settings: StreamSettings = config;
    await this.#management.createStream(settings);
  }

  async streamInfo(stream: string): Promise<StreamInfo> {
    const { settings, messages, firstSequence, lastSequence } = await this.#management.stream(stream);
    const { name, subjects, retention, storage, maxAgeMs, maxMessages, discard, duplicateWindowMs } =
      settings;
    return {
      name,
      messages,
      firstSequence,
      lastSequence,
      config: {
        name,
        subjects,
        retention,
        storage,
        replicas: settings.replicas === 3 ? 3 : 1,
        maxAgeMs,
        maxMessages,
        discard,
        duplicateWindowMs,
      },
    };
  }

  async purgeStream(stream: string): Promise<void> {
    await this.#management.purge(stream);
  }

  publish(subject: string, payload: Uint8Array, options: PublishOptions): Promise<PublishAck> {
    return this.#publisher.publish(subject, payload, options);
  }

  async ensureConsumer(stream: string, config: ConsumerConfig): Promise<void> {
    const { durable: name, filterSubjects, ackWaitMs, maxDeliver, maxAckPending, replicas } = config;
    if (filterSubjects.length === 0) {
      throw new PortError(`${name}: no filter would mean the whole stream (defender §4)`, 'invalid');
    }
    await this.#management.createConsumer(stream, {
      name,
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
    return this.#management.deleteConsumer(stream, durable);
  }

  async consumerInfo(stream: string, durable: string): Promise<ConsumerInfo> {
    const { pending, ackPending, redelivered } = await this.#management.consumer(stream, durable);
    return { durable, pending, ackPending, redelivered };
  }

  consumerNames(stream: string): Promise<readonly string[]> {
    return this.#management.consumerNames(stream);
  }

  consume(stream: string, durable: string, options: ConsumeOptions, handlers: ConsumeHandlers): Consumption {
    return new ClientConsumption(this.#client, stream, durable, options, handlers, this.#termReasons());
  }
}
