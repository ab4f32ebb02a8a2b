import type {
  JetStreamPuller,
  Pull,
  PullHandlers,
  PullRequest,
  PullStatus,
} from '../../ports/jetstream-pull.ts';
import type { CoreConnection, CoreMessage } from './core-connection.ts';
import { nanos } from './json-value.ts';
import { ClientPulledMessage } from './pulled-message.ts';

const encoder = new TextEncoder();

/** Pull requests by hand: an inbox, and what arrives at it. */
export class ClientPuller implements JetStreamPuller {
  readonly #core: CoreConnection;

  constructor(core: CoreConnection) {
    this.#core = core;
  }

  pull(stream: string, consumer: string, request: PullRequest, handlers: PullHandlers): Pull {
    const inbox = this.#core.inbox();
    const unsubscribe = this.#core.subscribe(inbox, (message) => {
      const status = pullStatus(message);
      if (status === undefined) handlers.message(new ClientPulledMessage(this.#core, message, inbox));
      else handlers.status(status);
    });
    const body = {
      batch: request.batch,
      no_wait: request.noWait,
      expires: request.expiresMs === undefined ? undefined : nanos(request.expiresMs),
      idle_heartbeat: request.idleHeartbeatMs === undefined ? undefined : nanos(request.idleHeartbeatMs),
      max_bytes: request.maxBytes,
    };
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
    this.#core.publish(subject, encoder.encode(JSON.stringify(body)), inbox);
    return { stop: unsubscribe };
  }
}

function pullStatus({ status, description, headers }: CoreMessage): PullStatus | undefined {
  switch (status) {
    case 100:
    case 400:
    case 404:
    case 408:
    case 409:
    case 503:
      return {
        status,
        description,
        ...optional('pendingMessages', headers['Nats-Pending-Messages']),
        ...optional('pendingBytes', headers['Nats-Pending-Bytes']),
        ...lastDelivered(headers),
      };
    default:
      return undefined;
  }
}

function optional<Name extends string>(
  name: Name,
  text: string | undefined,
): { readonly [N in Name]?: number } {
  return text === undefined ? {} : ({ [name]: Number(text) } as { readonly [N in Name]: number });
}

function lastDelivered(headers: Readonly<Record<string, string>>): Pick<PullStatus, 'lastDelivered'> {
  const consumer = headers['Nats-Last-Consumer'];
  const stream = headers['Nats-Last-Stream'];
  if (consumer === undefined || stream === undefined) return {};
  return { lastDelivered: { consumerSequence: Number(consumer), streamSequence: Number(stream) } };
}
