import { PortError, type PortErrorCode } from '../../../../system/ports/errors.ts';
import type {
  ConsumerInfo,
  Consumption,
  JetStream,
  PublishAck,
  PublishOptions,
  StreamConfig,
  StreamInfo,
} from '../../../../system/ports/jetstream.ts';
import type { KeyValue } from '../../../../system/ports/key-value.ts';
import type {
  ConnectionStatus,
  NatsConnection,
  NatsConnector,
} from '../../../../system/ports/nats-connection.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface StoredMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly messageId: string;
}

export type PublishFailure =
  | { readonly code: PortErrorCode; readonly stored: boolean }
  /** The answer of servers that only staged the message (jetstream 32). */
  | { readonly code: 'staged' };

/** One NATS cluster: a stream that knows message ids, and errors on demand. */
export class FakeNats implements NatsConnector {
  readonly messages: StoredMessage[] = [];
  readonly streams: StreamConfig[] = [];
  clusterName: string;
  connectFailures = 0;
  closedConnections = 0;
  latencyMs = 1;
  failure: (attempt: number) => PublishFailure | undefined = () => undefined;
  ensureFailure: PortErrorCode | undefined;
  publishes = 0;
  readonly #clock: VirtualClock;
  readonly #sequences = new Map<string, number>();
  #statusHandlers: ((status: ConnectionStatus) => void)[] = [];

  constructor(clock: VirtualClock, clusterName: string) {
    this.#clock = clock;
    this.clusterName = clusterName;
  }

  connect(): Promise<NatsConnection> {
    if (this.connectFailures-- > 0)
      return Promise.reject(new PortError('nobody listens', 'connection-refused'));
    const announced = (): string => this.clusterName;
    return Promise.resolve({
      get clusterName() {
        return announced();
      },
      status: () => 'connected',
      onStatus: (handler) => this.#statusHandlers.push(handler),
      jetStream: this.#jetStream(),
      keyValue: (): KeyValue => unused(),
      createKeyValue: () => unused(),
      close: () => {
        this.closedConnections++;
        return Promise.resolve();
      },
    });
  }

  announce(status: ConnectionStatus): void {
    for (const handler of this.#statusHandlers) handler(status);
  }

  #jetStream(): JetStream {
    return {
      ensureStream: (config) => this.#ensureStream(config),
      publish: (subject, payload, options) => this.#publish(subject, payload, options),
      streamInfo: (): Promise<StreamInfo> => unused(),
      purgeStream: () => unused(),
      ensureConsumer: () => unused(),
      deleteConsumer: () => unused(),
      consumerInfo: (): Promise<ConsumerInfo> => unused(),
      consumerNames: () => unused(),
      consume: (): Consumption => unused(),
    };
  }

  #ensureStream(config: StreamConfig): Promise<void> {
    if (this.ensureFailure !== undefined) {
      return Promise.reject(new PortError('the stream cannot be made', this.ensureFailure));
    }
    this.streams.push(config);
    return Promise.resolve();
  }

  async #publish(subject: string, payload: Uint8Array, options: PublishOptions): Promise<PublishAck> {
    const failure = this.failure(++this.publishes);
    if (failure?.code === 'staged') {
      await this.#clock.sleep(this.latencyMs);
      return { stream: 'dc-notifications', sequence: 0, duplicate: true };
    }
    const known = this.#sequences.get(options.messageId);
    const stores = failure === undefined || failure.stored;
    if (stores && known === undefined) {
      this.messages.push({ subject, payload, messageId: options.messageId });
      this.#sequences.set(options.messageId, this.messages.length);
    }
    if (failure !== undefined) {
      await this.#clock.sleep(failure.code === 'timeout' ? options.timeoutMs : this.latencyMs);
      throw new PortError(`not published: ${failure.code}`, failure.code);
    }
    await this.#clock.sleep(this.latencyMs);
    return {
      stream: 'dc-notifications',
      sequence: known ?? this.messages.length,
      duplicate: known !== undefined,
    };
  }
}

function unused(): never {
  throw new Error('the collector has no use for this');
}
