import { ConsumerEvents, NatsError, type ConsumerMessages, type JetStreamClient, type JsMsg } from 'nats';
import type {
  ConsumeHandlers,
  ConsumeOptions,
  Consumption,
  DeliveredMessage,
} from '../../ports/jetstream.ts';
import { plainBytes } from './plain-bytes.ts';

/** Between tries to find the durable while nobody answers for it. */
const retryMs = 1_000;
/** The client library refuses shorter pulls. */
const shortestPullMs = 1_000;

/**
 * The client library's own pull loop, begun again whenever it gives up, until the durable is gone or the owner stops it.
 * Servers before 2.10.4 take a `+TERM` with a reason for no ack at all, and would deliver again: they are sent none.
 */
export class ClientConsumption implements Consumption {
  readonly #jetStream: JetStreamClient;
  readonly #stream: string;
  readonly #durable: string;
  readonly #options: ConsumeOptions;
  readonly #handlers: ConsumeHandlers;
  readonly #termReasons: boolean;
  #messages: ConsumerMessages | undefined;
  #wake: (() => void) | undefined;
  #stopped = false;

  constructor(
    jetStream: JetStreamClient,
    stream: string,
    durable: string,
    options: ConsumeOptions,
    handlers: ConsumeHandlers,
    termReasons: boolean,
  ) {
    this.#jetStream = jetStream;
    this.#stream = stream;
    this.#durable = durable;
    this.#options = options;
    this.#handlers = handlers;
    this.#termReasons = termReasons;
    void this.#run();
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#messages?.close();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#pull();
      } catch (error) {
        if (isMissing(error)) {
          this.#missing();
          return;
        }
      }
      await this.#pause();
    }
  }

  async #pull(): Promise<void> {
    const consumer = await this.#jetStream.consumers.get(this.#stream, this.#durable);
    const messages = await consumer.consume({
      max_messages: this.#options.maxMessages,
      expires: Math.max(shortestPullMs, this.#options.expiresMs),
      callback: (message) => {
        if (!this.#stopped) this.#handlers.message(deliveredMessage(message, this.#termReasons));
      },
    });
    this.#messages = messages;
    if (this.#stopped) {
      await messages.close();
      return;
    }
    void this.#followEvents(messages);
    await messages.closed();
  }

  async #followEvents(messages: ConsumerMessages): Promise<void> {
    for await (const { type } of await messages.status()) {
      if (type !== ConsumerEvents.ConsumerNotFound && type !== ConsumerEvents.ConsumerDeleted) continue;
      this.#missing();
      await messages.close();
      return;
    }
  }

  #missing(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#handlers.missing?.();
  }

  #pause(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, retryMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof NatsError)) return false;
  const code = error.api_error?.err_code;
  // Consumer, stream.
  return code === 10014 || code === 10059;
}

function deliveredMessage(message: JsMsg, termReasons: boolean): DeliveredMessage {
  return {
    subject: message.subject,
    payload: plainBytes(message.data),
    messageId: message.headers?.get('Nats-Msg-Id') ?? '',
    streamSequence: message.seq,
    deliveryCount: message.info.deliveryCount,
    storedMs: message.info.timestampNanos / 1e6,
    ack: () => message.ack(),
    ackConfirmed: async (timeout) => {
      try {
        return await message.ackAck({ timeout });
      } catch {
        return false;
      }
    },
    nak: (delayMs) => message.nak(delayMs),
    inProgress: () => message.working(),
    terminate: (reason) => message.term(termReasons ? reason : ''),
  };
}
