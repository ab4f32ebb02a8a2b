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
import { versionedName, versionedSubject, versionedSubjects, type DeploymentVersion } from './names.ts';
import { VersionedMessage } from './versioned-message.ts';

/** What of one NATS cluster a deployment may touch (delivery R95–R97, R121). */
export interface SharedNats {
  /** The one cluster of both halves. */
  readonly url: string;
  /** Which half a URL of the two-cluster world means. */
  readonly versionOf: (url: string) => DeploymentVersion;
}

/**
 * Puts both halves on one cluster without their knowing: every subject, stream and durable gets the version of the
 * deployment that asks. Buckets are named by their users (`DefenderSettings.bucketSuffix`). What the halves then share is
 * the servers: a fault of the cluster hits both, which is the price of this variant (delivery R115–R118).
 */
export function versionedConnector(connector: NatsConnector, { url, versionOf }: SharedNats): NatsConnector {
  return {
    async connect(options) {
      const connection = await connector.connect({ ...options, url });
      return versionedConnection(connection, versionOf(options.url));
    },
  };
}

function versionedConnection(connection: NatsConnection, version: DeploymentVersion): NatsConnection {
  return {
    clusterName: connection.clusterName,
    status: () => connection.status(),
    onStatus: (handler) => connection.onStatus(handler),
    jetStream: new VersionedJetStream(connection.jetStream, version),
    keyValue: (bucket) => connection.keyValue(bucket),
    createKeyValue: (config) => connection.createKeyValue(config),
    close: () => connection.close(),
  };
}

class VersionedJetStream implements JetStream {
  readonly #jetStream: JetStream;
  readonly #version: DeploymentVersion;

  constructor(jetStream: JetStream, version: DeploymentVersion) {
    this.#jetStream = jetStream;
    this.#version = version;
  }

  ensureStream(config: StreamConfig): Promise<void> {
    return this.#jetStream.ensureStream({
      ...config,
      name: this.#name(config.name),
      subjects: versionedSubjects(config.subjects, this.#version),
    });
  }

  /** With the version in what differs by version alone, so that the halves can be compared. */
  async streamInfo(stream: string): Promise<StreamInfo> {
    const info = await this.#jetStream.streamInfo(this.#name(stream));
    const subjects = info.config.subjects.map((subject) => subject.slice(0, -this.#version.length - 1));
    return { ...info, name: stream, config: { ...info.config, name: stream, subjects } };
  }

  purgeStream(stream: string): Promise<void> {
    return this.#jetStream.purgeStream(this.#name(stream));
  }

  publish(subject: string, payload: Uint8Array, options: PublishOptions): Promise<PublishAck> {
    return this.#jetStream.publish(versionedSubject(subject, this.#version), payload, options);
  }

  ensureConsumer(stream: string, config: ConsumerConfig): Promise<void> {
    return this.#jetStream.ensureConsumer(this.#name(stream), {
      ...config,
      durable: this.#name(config.durable),
      filterSubjects: config.filterSubjects.map((subject) => versionedSubject(subject, this.#version)),
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
    return names.map((name) => name.slice(0, -this.#version.length - 1));
  }

  consume(stream: string, durable: string, options: ConsumeOptions, handlers: ConsumeHandlers): Consumption {
    return this.#jetStream.consume(this.#name(stream), this.#name(durable), options, {
      ...handlers,
      message: (message) => handlers.message(new VersionedMessage(message, this.#version)),
    });
  }

  #name(name: string): string {
    return versionedName(name, this.#version);
  }
}
