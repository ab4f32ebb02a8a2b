import { PortError } from '../../ports/errors.ts';
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
} from '../../ports/jetstream-management.ts';
import { apiRequest, apiTimeoutMs } from './api-request.ts';
import { consumerJson, consumerState } from './consumer-json.ts';
import type { CoreConnection } from './core-connection.ts';
import { numberAt, textsAt, valueAt } from './json-value.ts';
import { directMessage, storedMessage } from './message-json.ts';
import { streamJson, streamState } from './stream-json.ts';

const encoder = new TextEncoder();

/** The JSON API of JetStream, one request a call. */
export class ClientManagement implements JetStreamManagement {
  readonly #core: CoreConnection;

  constructor(core: CoreConnection) {
    this.#core = core;
  }

  async createStream(settings: StreamSettings): Promise<StreamState> {
    return streamState(await apiRequest(this.#core, `STREAM.CREATE.${settings.name}`, streamJson(settings)));
  }

  async updateStream(settings: StreamSettings): Promise<StreamState> {
    return streamState(await apiRequest(this.#core, `STREAM.UPDATE.${settings.name}`, streamJson(settings)));
  }

  async deleteStream(stream: string): Promise<void> {
    await apiRequest(this.#core, `STREAM.DELETE.${stream}`);
  }

  async stream(stream: string): Promise<StreamState> {
    return streamState(await apiRequest(this.#core, `STREAM.INFO.${stream}`));
  }

  streamNames(): Promise<readonly string[]> {
    return this.#names('STREAM.NAMES', 'streams');
  }

  async purge(stream: string, options: PurgeOptions = {}): Promise<number> {
    const { subject: filter, belowSequence: seq, keep } = options;
    return numberAt(await apiRequest(this.#core, `STREAM.PURGE.${stream}`, { filter, seq, keep }), 'purged');
  }

  async message(stream: string, selector: MessageSelector): Promise<StreamMessage> {
    const answer = await apiRequest(this.#core, `STREAM.MSG.GET.${stream}`, selectorJson(selector));
    return storedMessage(valueAt(answer, 'message'));
  }

  async directMessage(stream: string, selector: MessageSelector): Promise<StreamMessage> {
    const what = `$JS.API.DIRECT.GET.${stream}`;
    const data = encoder.encode(JSON.stringify(selectorJson(selector)));
    const answer = await this.#core.request(what, data, { timeoutMs: apiTimeoutMs });
    if (answer.status !== 0) {
      const { status, description } = answer;
      throw new PortError(`${what}: ${description}`, status === 404 ? 'not-found' : 'invalid', {
        server: { status, errorCode: 0, description },
      });
    }
    return directMessage(answer);
  }

  async deleteMessage(stream: string, sequence: number): Promise<void> {
    await apiRequest(this.#core, `STREAM.MSG.DELETE.${stream}`, { seq: sequence });
  }

  /** Servers before 2.10 ignore the action. */
  async createConsumer(
    stream: string,
    settings: ConsumerSettings,
    action: ConsumerAction = 'create-or-update',
  ): Promise<ConsumerState> {
    const answer = await apiRequest(this.#core, `CONSUMER.CREATE.${stream}.${settings.name}`, {
      stream_name: stream,
      config: consumerJson(settings),
      action: action === 'create-or-update' ? undefined : action,
    });
    return consumerState(answer);
  }

  async deleteConsumer(stream: string, consumer: string): Promise<void> {
    await apiRequest(this.#core, `CONSUMER.DELETE.${stream}.${consumer}`);
  }

  async consumer(stream: string, consumer: string): Promise<ConsumerState> {
    return consumerState(await apiRequest(this.#core, `CONSUMER.INFO.${stream}.${consumer}`));
  }

  consumerNames(stream: string): Promise<readonly string[]> {
    return this.#names(`CONSUMER.NAMES.${stream}`, 'consumers');
  }

  async stepDownStream(stream: string): Promise<void> {
    await apiRequest(this.#core, `STREAM.LEADER.STEPDOWN.${stream}`);
  }

  async stepDownConsumer(stream: string, consumer: string): Promise<void> {
    await apiRequest(this.#core, `CONSUMER.LEADER.STEPDOWN.${stream}.${consumer}`);
  }

  async removeStreamPeer(stream: string, server: string): Promise<void> {
    await apiRequest(this.#core, `STREAM.PEER.REMOVE.${stream}`, { peer: server });
  }

  /** Pages of 1,024 names. */
  async #names(subject: string, field: string): Promise<readonly string[]> {
    const names: string[] = [];
    for (;;) {
      const answer = await apiRequest(this.#core, subject, { offset: names.length });
      const page = textsAt(answer, field);
      names.push(...page);
      if (page.length === 0 || names.length >= numberAt(answer, 'total')) break;
    }
    return names.sort((left, right) => (left < right ? -1 : 1));
  }
}

function selectorJson(selector: MessageSelector): Readonly<Record<string, unknown>> {
  switch (selector.kind) {
    case 'sequence':
      return { seq: selector.sequence };
    case 'last-of-subject':
      return { last_by_subj: selector.subject };
    case 'next-of-subject':
      return { seq: selector.fromSequence, next_by_subj: selector.subject };
  }
}
