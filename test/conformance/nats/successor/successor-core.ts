import { createInbox, headers as newHeaders, type Msg, type NatsConnection } from '@nats-io/transport-node';
import type {
  CoreConnection,
  CoreMessage,
  CoreRequest,
} from '../../../../system/adapters/nats/core-connection.ts';
import { plainBytes } from '../../../../system/adapters/nats/plain-bytes.ts';
import { portErrorOf } from './successor-errors.ts';

/** The core protocol over `@nats-io/transport-node`. */
export class SuccessorCore implements CoreConnection {
  readonly #client: NatsConnection;

  constructor(client: NatsConnection) {
    this.#client = client;
  }

  async request(subject: string, data: Uint8Array, options: CoreRequest): Promise<CoreMessage> {
    const { timeoutMs: timeout, headers = {} } = options;
    const sent = newHeaders();
    for (const [name, value] of Object.entries(headers)) sent.set(name, value);
    try {
      const plain = Object.keys(headers).length === 0;
      return coreMessage(
        await this.#client.request(subject, data, { timeout, ...(plain ? {} : { headers: sent }) }),
      );
    } catch (error) {
      throw portErrorOf(`request to ${subject}`, error);
    }
  }

  publish(subject: string, data: Uint8Array, reply?: string): void {
    if (this.#client.isClosed()) return;
    this.#client.publish(subject, data, reply === undefined ? {} : { reply });
  }

  subscribe(subject: string, handler: (message: CoreMessage) => void): () => void {
    const subscription = this.#client.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) handler(coreMessage(message));
      },
    });
    return () => subscription.unsubscribe();
  }

  inbox(): string {
    return createInbox();
  }
}

function coreMessage({ subject, reply, data, headers }: Msg): CoreMessage {
  const names = headers?.keys() ?? [];
  return {
    subject,
    reply: reply ?? '',
    data: plainBytes(data),
    headers: Object.fromEntries(names.map((name) => [name, headers?.last(name) ?? ''])),
    status: headers?.code ?? 0,
    description: headers?.description ?? '',
  };
}
