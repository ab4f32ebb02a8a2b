import type {
  ConsumeHandlers,
  Consumption,
  ConsumerConfig,
  JetStream,
} from '../../system/ports/jetstream.ts';
import type { NatsConnector } from '../../system/ports/nats-connection.ts';
import type { Plant } from './plant.ts';
import { wrapConnector, wrapJetStream } from './wrap-nats.ts';

/**
 * The other consumer model (jetstream §4.8): one durable a Defender, whose filters are edited whenever a unit comes or
 * goes. A unit's `ensureConsumer` adds its subject, the end of its consumption takes it away.
 */
class FilteredConsumer {
  readonly #jetStream: JetStream;
  readonly #durable: string;
  /** Subjects by the durable that the unit would have. */
  readonly #subjects = new Map<string, string>();
  /** By subject. */
  readonly #handlers = new Map<string, ConsumeHandlers>();
  #config: ConsumerConfig | undefined;
  #consumption: Consumption | undefined;
  /** Edits one after the other, as a single owner of the consumer would. */
  #edits: Promise<void> = Promise.resolve();

  constructor(jetStream: JetStream, durable: string) {
    this.#jetStream = jetStream;
    this.#durable = durable;
  }

  add(stream: string, config: ConsumerConfig): Promise<void> {
    return this.#edit(async () => {
      const [subject] = config.filterSubjects;
      if (subject === undefined) return;
      const subjects = new Set([...this.#subjects.values(), subject]);
      this.#config = config;
      await this.#store(stream, subjects, config);
      this.#subjects.set(config.durable, subject);
    });
  }

  consume(stream: string, durable: string, expiresMs: number, handlers: ConsumeHandlers): Consumption {
    const subject = this.#subjects.get(durable) ?? '';
    this.#handlers.set(subject, handlers);
    this.#consumption ??= this.#jetStream.consume(
      stream,
      this.#durable,
      { maxMessages: 10, expiresMs },
      {
        message: (message) => {
          const handler = this.#handlers.get(message.subject);
          if (handler === undefined) message.nak();
          else handler.message(message);
        },
      },
    );
    const consumption = { stopped: false };
    return {
      get stopped() {
        return consumption.stopped;
      },
      stop: () => {
        consumption.stopped = true;
        this.#handlers.delete(subject);
        return this.#remove(stream, durable);
      },
    };
  }

  #remove(stream: string, durable: string): Promise<void> {
    return this.#edit(async () => {
      const config = this.#config;
      this.#subjects.delete(durable);
      if (config === undefined) return;
      if (this.#subjects.size > 0) {
        await this.#store(stream, new Set(this.#subjects.values()), config);
        return;
      }
      const consumption = this.#consumption;
      this.#consumption = undefined;
      await consumption?.stop();
      await this.#jetStream.deleteConsumer(stream, this.#durable);
    });
  }

  #store(stream: string, subjects: ReadonlySet<string>, config: ConsumerConfig): Promise<void> {
    return this.#jetStream.ensureConsumer(stream, {
      ...config,
      durable: this.#durable,
      filterSubjects: [...subjects],
      maxAckPending: 1000,
    });
  }

  #edit(edit: () => Promise<void>): Promise<void> {
    const done = this.#edits.then(edit);
    this.#edits = done.catch(() => undefined);
    return done;
  }
}

function filtering(connector: NatsConnector, pod: string): NatsConnector {
  return wrapConnector(connector, ({ jetStream }) => {
    const consumer = new FilteredConsumer(jetStream, `filtered-${pod}`);
    return {
      jetStream: wrapJetStream(jetStream, {
        ensureConsumer: (stream, config) => consumer.add(stream, config),
        consume: (stream, durable, { expiresMs }, handlers) =>
          consumer.consume(stream, durable, expiresMs, handlers),
      }),
    };
  });
}

/** Breaks `liveness.converged`: completions lie in the stream, and no consumer will ever deliver them. */
export const filterEditing: Plant = {
  name: 'filter-editing',
  summary: 'each Defender has one consumer, whose filters are edited when units move',
  rule: 'liveness.converged',
  scenario: 'nats-filter-editing',
  overrides: { tools: '150', minutes: '30' },
  customisation: {
    ports: (component, ports) =>
      component === 'defender' ? { ...ports, nats: filtering(ports.nats, ports.process.name) } : ports,
  },
};
