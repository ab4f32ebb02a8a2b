import type {
  ConsumerAction,
  ConsumerSettings,
  ConsumerState,
  JetStreamManagement,
  MessageSelector,
  PurgeOptions,
  StreamMessage,
  StreamSettings,
  StreamState,
} from '../../system/ports/jetstream-management.ts';
import type { NatsClient } from './nats-client.ts';

/** JetStream's administration as one client reaches it: one request each. */
export class ManagementClient implements JetStreamManagement {
  readonly #client: NatsClient;

  constructor(client: NatsClient) {
    this.#client = client;
  }

  createStream(settings: StreamSettings): Promise<StreamState> {
    return this.#client.call(`create ${settings.name}`, (call) => ({
      kind: 'create-stream',
      settings,
      call,
    }));
  }

  updateStream(settings: StreamSettings): Promise<StreamState> {
    return this.#client.call(`update ${settings.name}`, (call) => ({
      kind: 'update-stream',
      settings,
      call,
    }));
  }

  async deleteStream(stream: string): Promise<void> {
    await this.#client.call<true>(`delete ${stream}`, (call) => ({ kind: 'delete-stream', stream, call }));
  }

  stream(stream: string): Promise<StreamState> {
    return this.#client.call(`info of ${stream}`, (call) => ({ kind: 'stream-info', stream, call }));
  }

  streamNames(): Promise<readonly string[]> {
    return this.#client.call('names of streams', (call) => ({ kind: 'stream-names', call }));
  }

  purge(stream: string, options: PurgeOptions = {}): Promise<number> {
    return this.#client.call(`purge ${stream}`, (call) => ({ kind: 'purge', stream, options, call }));
  }

  message(stream: string, selector: MessageSelector): Promise<StreamMessage> {
    return this.#client.call(`message of ${stream}`, (call) => ({ kind: 'message', stream, selector, call }));
  }

  directMessage(stream: string, selector: MessageSelector): Promise<StreamMessage> {
    return this.#client.call(`direct get of ${stream}`, (call) => ({
      kind: 'direct-message',
      stream,
      selector,
      call,
    }));
  }

  async deleteMessage(stream: string, sequence: number): Promise<void> {
    await this.#client.call<true>(`delete ${sequence} of ${stream}`, (call) => ({
      kind: 'delete-message',
      stream,
      sequence,
      call,
    }));
  }

  createConsumer(
    stream: string,
    settings: ConsumerSettings,
    action: ConsumerAction = 'create-or-update',
  ): Promise<ConsumerState> {
    return this.#client.call(`${action} ${settings.name}`, (call) => ({
      kind: 'create-consumer',
      stream,
      settings,
      action,
      call,
    }));
  }

  async deleteConsumer(stream: string, consumer: string): Promise<void> {
    await this.#client.call<true>(`delete ${consumer}`, (call) => ({
      kind: 'delete-consumer',
      stream,
      consumer,
      call,
    }));
  }

  consumer(stream: string, consumer: string): Promise<ConsumerState> {
    return this.#client.call(`info of ${consumer}`, (call) => ({
      kind: 'consumer-state',
      stream,
      consumer,
      call,
    }));
  }

  consumerNames(stream: string): Promise<readonly string[]> {
    return this.#client.call(`consumers of ${stream}`, (call) => ({ kind: 'consumer-names', stream, call }));
  }

  async stepDownStream(stream: string): Promise<void> {
    await this.#client.call<true>(`step down ${stream}`, (call) => ({
      kind: 'stream-step-down',
      stream,
      call,
    }));
  }

  async stepDownConsumer(stream: string, consumer: string): Promise<void> {
    await this.#client.call<true>(`step down ${consumer}`, (call) => ({
      kind: 'consumer-step-down',
      stream,
      consumer,
      call,
    }));
  }

  async removeStreamPeer(stream: string, server: string): Promise<void> {
    await this.#client.call<true>(`remove ${server} of ${stream}`, (call) => ({
      kind: 'remove-peer',
      stream,
      server,
      call,
    }));
  }
}
