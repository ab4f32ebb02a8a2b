import type {
  FullPublishAck,
  FullPublishOptions,
  JetStreamPublisher,
} from '../../system/ports/jetstream-publish.ts';
import { headerNames, type MessageHeaders } from './message-headers.ts';
import type { NatsClient } from './nats-client.ts';
import type { Expectations } from './operations.ts';

/** Publishing with every header, as one client does it: one request, nothing tried again (jetstream I75). */
export class PublisherClient implements JetStreamPublisher {
  readonly #client: NatsClient;

  constructor(client: NatsClient) {
    this.#client = client;
  }

  publish(subject: string, payload: Uint8Array, options: FullPublishOptions): Promise<FullPublishAck> {
    const expectations = expectationsOf(options);
    return this.#client.call(
      `publish to ${subject}`,
      (call) => ({
        kind: 'publish',
        subject: this.#client.cluster.subjects.number(subject),
        payload,
        messageId: options.messageId ?? '',
        headers: headersOf(options),
        rollup: options.rollup ?? '',
        ttl: options.ttl ?? '',
        expectations,
        call,
      }),
      options.timeoutMs,
    );
  }
}

function expectationsOf(options: FullPublishOptions): Expectations | undefined {
  const { expectedStream, expectedLastSequence, expectedLastSubjectSequence } = options;
  const { expectedLastSubject, expectedLastMessageId } = options;
  if (
    expectedStream === undefined &&
    expectedLastSequence === undefined &&
    expectedLastSubjectSequence === undefined &&
    expectedLastSubject === undefined &&
    expectedLastMessageId === undefined
  ) {
    return undefined;
  }
  return {
    stream: expectedStream ?? '',
    lastSequence: expectedLastSequence ?? -1,
    lastSubjectSequence: expectedLastSubjectSequence ?? -1,
    lastSubject: expectedLastSubject ?? '',
    lastMessageId: expectedLastMessageId ?? '',
  };
}

function headersOf(options: FullPublishOptions): MessageHeaders | undefined {
  const headers: Record<string, string> = { ...options.headers };
  const add = (name: string, value: string | number | undefined): void => {
    if (value !== undefined) headers[name] = String(value);
  };
  add(headerNames.expectedStream, options.expectedStream);
  add(headerNames.expectedLastSequence, options.expectedLastSequence);
  add(headerNames.expectedLastSubjectSequence, options.expectedLastSubjectSequence);
  add(headerNames.expectedLastSubject, options.expectedLastSubject);
  add(headerNames.expectedLastMessageId, options.expectedLastMessageId);
  add(headerNames.rollup, options.rollup);
  add(headerNames.ttl, options.ttl);
  return Object.keys(headers).length === 0 ? undefined : headers;
}
