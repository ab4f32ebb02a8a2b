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
import type { StreamShape } from './operations.ts';

/** JetStream as one client reaches it. Each call is one request; nothing is tried again (jetstream I75). */
export class JetStreamClient implements JetStream {
  readonly #client: NatsClient;

  constructor(client: NatsClient) {
    this.#client = client;
  }

  ensureStream(config: StreamConfig): Promise<void> {
    return this.ensureShape({ ...config, lastPerSubject: false });
  }

  async ensureShape(shape: StreamShape): Promise<void> {
    await this.#client.call<true>(`ensure ${shape.name}`, (call) => ({ kind: 'ensure-stream', shape, call }));
  }

  streamInfo(stream: string): Promise<StreamInfo> {
    return this.#client.call(`info of ${stream}`, (call) => ({ kind: 'stream-info', stream, call }));
  }

  async purgeStream(stream: string): Promise<void> {
    await this.#client.call<true>(`purge ${stream}`, (call) => ({ kind: 'purge', stream, call }));
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
        deletes: false,
        expectedSequence: -1,
        call,
      }),
      timeoutMs,
    );
  }

  async ensureConsumer(stream: string, config: ConsumerConfig): Promise<void> {
    const { durable } = config;
    await this.#client.call<true>(`ensure ${durable}`, (call) => ({
      kind: 'assign-consumer',
      change: { stream, durable, config, call },
    }));
  }

  async deleteConsumer(stream: string, durable: string): Promise<void> {
    await this.#client.call<true>(`delete ${durable}`, (call) => ({
      kind: 'assign-consumer',
      change: { stream, durable, call },
    }));
  }

  consumerInfo(stream: string, durable: string): Promise<ConsumerInfo> {
    return this.#client.call(`info of ${durable}`, (call) => ({
      kind: 'consumer-info',
      stream,
      durable,
      call,
    }));
  }

  consumerNames(stream: string): Promise<readonly string[]> {
    return this.#client.call(`consumers of ${stream}`, (call) => ({ kind: 'consumer-names', stream, call }));
  }

  consume(stream: string, durable: string, options: ConsumeOptions, handlers: ConsumeHandlers): Consumption {
    const consumption = new NatsConsumption(this.#client, stream, durable, options, handlers);
    this.#client.consumptions.add(consumption);
    consumption.pull();
    return consumption;
  }
}
