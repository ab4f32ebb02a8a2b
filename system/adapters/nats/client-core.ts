import { createInbox, headers as newHeaders, type Msg, type MsgHdrs, type NatsConnection } from 'nats';
import { portErrorOf } from './client-errors.ts';
import { plainBytes } from './plain-bytes.ts';
import type { CoreConnection, CoreMessage, CoreRequest } from './core-connection.ts';

/** The core protocol over the `nats` package. */
export class ClientCore implements CoreConnection {
  readonly #client: NatsConnection;

  constructor(client: NatsConnection) {
    this.#client = client;
  }

  async request(subject: string, data: Uint8Array, options: CoreRequest): Promise<CoreMessage> {
    const { timeoutMs: timeout, headers } = options;
    try {
      const answer = await this.#client.request(subject, data, {
        timeout,
        ...(headers === undefined ? {} : { headers: clientHeaders(headers) }),
      });
      return coreMessage(answer);
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

function clientHeaders(values: Readonly<Record<string, string>>): MsgHdrs {
  const headers = newHeaders();
  for (const [name, value] of Object.entries(values)) headers.set(name, value);
  return headers;
}

function coreMessage({ subject, reply, data, headers }: Msg): CoreMessage {
  return {
    subject,
    reply: reply ?? '',
    data: plainBytes(data),
    headers:
      headers === undefined
        ? {}
        : Object.fromEntries(headers.keys().map((name) => [name, headers.last(name)])),
    status: headers?.code ?? 0,
    description: headers?.description ?? '',
  };
}
