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
} from '../../../ports/jetstream.ts';
import type { NatsConnection, NatsConnector } from '../../../ports/nats-connection.ts';
import type { Naming } from './naming.ts';
import { RenamedMessage } from './renamed-message.ts';

/** Every connection with the names of one deployment. */
export function renamedConnector(connector: NatsConnector, naming: Naming): NatsConnector {
  return {
    async connect(options) {
      return renamedConnection(await connector.connect(options), naming);
    },
  };
}

/** A connection on which every name is its user's own, renamed. */
export function renamedConnection(connection: NatsConnection, naming: Naming): NatsConnection {
  return {
    clusterName: connection.clusterName,
    status: () => connection.status(),
    onStatus: (handler) => connection.onStatus(handler),
    jetStream: new RenamedJetStream(connection.jetStream, naming),
    keyValue: (bucket) => connection.keyValue(naming.bucket(bucket)),
    createKeyValue: (config) =>
      connection.createKeyValue({ ...config, bucket: naming.bucket(config.bucket) }),
    close: () => connection.close(),
  };
}

class RenamedJetStream implements JetStream {
  readonly #jetStream: JetStream;
  readonly #naming: Naming;

  constructor(jetStream: JetStream, naming: Naming) {
    this.#jetStream = jetStream;
    this.#naming = naming;
  }

  ensureStream(config: StreamConfig): Promise<void> {
    return this.#jetStream.ensureStream({
      ...config,
      name: this.#name(config.name),
      subjects: this.#naming.subjects(config.subjects),
    });
  }

  /** Under the plain names, so that deployments can be compared. */
  async streamInfo(stream: string): Promise<StreamInfo> {
    const info = await this.#jetStream.streamInfo(this.#name(stream));
    const subjects = info.config.subjects.map((subject) => this.#naming.plainSubject(subject));
    return { ...info, name: stream, config: { ...info.config, name: stream, subjects } };
  }

  purgeStream(stream: string): Promise<void> {
    return this.#jetStream.purgeStream(this.#name(stream));
  }

  publish(subject: string, payload: Uint8Array, options: PublishOptions): Promise<PublishAck> {
    return this.#jetStream.publish(this.#naming.subject(subject), payload, options);
  }

  ensureConsumer(stream: string, config: ConsumerConfig): Promise<void> {
    return this.#jetStream.ensureConsumer(this.#name(stream), {
      ...config,
      durable: this.#name(config.durable),
      filterSubjects: config.filterSubjects.map((subject) => this.#naming.subject(subject)),
    });
  }

  deleteConsumer(stream: string, durable: string): Promise<void> {
    return this.#jetStream.deleteConsumer(this.#name(stream), this.#name(durable));
  }

  async consumerInfo(stream: string, durable: string): Promise<ConsumerInfo> {
    const info = await this.#jetStream.consumerInfo(this.#name(stream), this.#name(durable));
    return { ...info, durable };
  }

  async consumerNames(stream: string): Promise<readonly string[]> {
    const names = await this.#jetStream.consumerNames(this.#name(stream));
    return names.map((name) => this.#naming.plainName(name));
  }

  consume(stream: string, durable: string, options: ConsumeOptions, handlers: ConsumeHandlers): Consumption {
    return this.#jetStream.consume(this.#name(stream), this.#name(durable), options, {
      ...handlers,
      message: (message) => handlers.message(new RenamedMessage(message, this.#naming)),
    });
  }

  #name(name: string): string {
    return this.#naming.name(name);
  }
}
