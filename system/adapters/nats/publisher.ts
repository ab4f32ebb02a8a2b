import type {
  FullPublishAck,
  FullPublishOptions,
  JetStreamPublisher,
} from '../../ports/jetstream-publish.ts';
import { parseJson, throwRefusal } from './api-request.ts';
import type { CoreConnection } from './core-connection.ts';
import { flagAt, numberAt, textAt } from './json-value.ts';

/** Publishes as a request, with its headers. */
export class ClientPublisher implements JetStreamPublisher {
  readonly #core: CoreConnection;

  constructor(core: CoreConnection) {
    this.#core = core;
  }

  async publish(subject: string, payload: Uint8Array, options: FullPublishOptions): Promise<FullPublishAck> {
    const { timeoutMs } = options;
    const headers = publishHeaders(options);
    const { data } = await this.#core.request(subject, payload, {
      timeoutMs,
      ...(Object.keys(headers).length === 0 ? {} : { headers }),
    });
    const answer = parseJson(`publish to ${subject}`, data);
    throwRefusal(`publish to ${subject}`, answer);
    return {
      stream: textAt(answer, 'stream'),
      sequence: numberAt(answer, 'seq'),
      duplicate: flagAt(answer, 'duplicate'),
    };
  }
}

function publishHeaders(options: FullPublishOptions): Readonly<Record<string, string>> {
  const {
    messageId,
    expectedStream,
    expectedLastSequence,
    expectedLastSubjectSequence,
    expectedLastSubject,
    expectedLastMessageId,
    rollup,
    ttl,
  } = options;
  const named = {
    'Nats-Msg-Id': messageId,
    'Nats-Expected-Stream': expectedStream,
    'Nats-Expected-Last-Sequence': expectedLastSequence?.toString(),
    'Nats-Expected-Last-Subject-Sequence': expectedLastSubjectSequence?.toString(),
    'Nats-Expected-Last-Subject-Sequence-Subject': expectedLastSubject,
    'Nats-Expected-Last-Msg-Id': expectedLastMessageId,
    'Nats-Rollup': rollup,
    'Nats-TTL': ttl,
  };
  const headers: Record<string, string> = { ...options.headers };
  for (const [name, value] of Object.entries(named)) if (value !== undefined) headers[name] = value;
  return headers;
}
