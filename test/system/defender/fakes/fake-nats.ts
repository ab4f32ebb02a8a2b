import { PortError } from '../../../../system/ports/errors.ts';
import type {
  ConsumerConfig,
  ConsumeHandlers,
  Consumption,
  DeliveredMessage,
  JetStream,
} from '../../../../system/ports/jetstream.ts';
import type {
  KeyValue,
  KeyValueEntry,
  KeyValueWatch,
  KeyValueWatchHandlers,
} from '../../../../system/ports/key-value.ts';
import type {
  ConnectionStatus,
  NatsConnection,
  NatsConnector,
} from '../../../../system/ports/nats-connection.ts';
import type { FakeProcess } from './fake-process.ts';
import type { VirtualTime } from './virtual-time.ts';

const latencyMs = 1;
const timeoutMs = 5_000;

interface Watcher {
  readonly bucket: string;
  readonly connection: FakeConnection;
  readonly handlers: KeyValueWatchHandlers;
}

interface StoredMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly messageId: string;
  readonly sequence: number;
  deliveries: number;
}

interface Durable {
  readonly config: ConsumerConfig;
  pending: { message: StoredMessage; timer: { cancel(): void } } | undefined;
  delayed: boolean;
  readonly pulls: Set<FakeConsumption>;
}

/** One NATS cluster in memory: KV with revisions and a work queue with one unacknowledged message a durable. */
export class FakeNats {
  readonly time: VirtualTime;
  readonly clusterName = 'nats-blue';
  readonly buckets = new Map<string, Map<string, KeyValueEntry>>();
  readonly durables = new Map<string, Durable>();
  readonly messages: StoredMessage[] = [];
  readonly deadLetters: { subject: string; messageId: string }[] = [];
  readonly cutProcesses = new Set<FakeProcess>();
  readonly connections: FakeConnection[] = [];
  /** Writes to these buckets take effect, but their answers get lost. */
  readonly answersLost = new Set<string>();
  puts = 0;
  updates = 0;
  #revision = 0;
  #sequence = 0;
  #watchers: Watcher[] = [];

  constructor(time: VirtualTime) {
    this.time = time;
  }

  /** The servers lost all that the stream held: its next message is the first again (jetstream D1). */
  loseStream(): void {
    this.messages.splice(0);
    for (const durable of this.durables.values()) {
      durable.pending?.timer.cancel();
      durable.pending = undefined;
    }
    this.#sequence = 0;
  }

  connector(process: FakeProcess): NatsConnector {
    return {
      connect: () =>
        this.answer(process, '', () => {
          const connection = new FakeConnection(this, process);
          this.connections.push(connection);
          return connection;
        }),
    };
  }

  cut(process: FakeProcess): void {
    this.cutProcesses.add(process);
    for (const connection of this.connections)
      if (connection.process === process) connection.report('disconnected');
  }

  heal(process: FakeProcess): void {
    this.cutProcesses.delete(process);
    for (const connection of this.connections)
      if (connection.process === process) connection.report('connected');
  }

  isCut(process: FakeProcess): boolean {
    return this.cutProcesses.has(process);
  }

  /** One request and its answer. */
  answer<T>(process: FakeProcess, bucket: string, apply: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (): void => {
        this.time.schedule(timeoutMs, () => {
          process.run(() => {
            reject(new PortError('no answer', 'timeout'));
          });
        });
      };
      if (this.isCut(process)) {
        fail();
        return;
      }
      this.time.schedule(latencyMs, () => {
        if (this.isCut(process)) {
          fail();
          return;
        }
        let outcome: { readonly value: T } | { readonly error: Error };
        try {
          outcome = { value: apply() };
        } catch (error) {
          outcome = { error: error instanceof Error ? error : new Error(String(error)) };
        }
        if (this.answersLost.has(bucket)) {
          fail();
          return;
        }
        this.time.schedule(latencyMs, () => {
          process.run(() => {
            if ('value' in outcome) resolve(outcome.value);
            else reject(outcome.error);
          });
        });
      });
    });
  }

  bucket(name: string): Map<string, KeyValueEntry> {
    let bucket = this.buckets.get(name);
    if (bucket === undefined) {
      bucket = new Map();
      this.buckets.set(name, bucket);
    }
    return bucket;
  }

  live(bucket: string, key: string): KeyValueEntry | undefined {
    const entry = this.bucket(bucket).get(key);
    return entry?.operation === 'put' ? entry : undefined;
  }

  write(bucket: string, key: string, value: Uint8Array, operation: 'put' | 'delete'): number {
    const entry: KeyValueEntry = { key, value, operation, revision: ++this.#revision };
    this.bucket(bucket).set(key, entry);
    for (const watcher of this.#watchers) if (watcher.bucket === bucket) this.#notify(watcher, entry);
    return entry.revision;
  }

  watch(watcher: Watcher): KeyValueWatch {
    this.#watchers.push(watcher);
    this.time.schedule(latencyMs, () => {
      watcher.connection.process.run(() => {
        for (const entry of this.bucket(watcher.bucket).values()) watcher.handlers.entry(entry);
        watcher.handlers.initialised?.();
      });
    });
    return {
      stop: () => {
        this.#watchers = this.#watchers.filter((other) => other !== watcher);
      },
    };
  }

  /** Watches stop in silence. */
  stopWatches(process: FakeProcess): void {
    this.#watchers = this.#watchers.filter(({ connection }) => connection.process !== process);
  }

  #notify(watcher: Watcher, entry: KeyValueEntry): void {
    if (this.isCut(watcher.connection.process)) return;
    this.time.schedule(latencyMs, () => {
      watcher.connection.process.run(() => {
        watcher.handlers.entry(entry);
      });
    });
  }

  publish(subject: string, payload: Uint8Array, messageId: string): number {
    if (!subject.startsWith('dc.')) {
      this.deadLetters.push({ subject, messageId });
      return this.deadLetters.length;
    }
    const message = { subject, payload, messageId, sequence: ++this.#sequence, deliveries: 0 };
    this.messages.push(message);
    this.pump();
    return message.sequence;
  }

  /** Gives every idle durable with a waiting pull its next message. */
  pump(): void {
    for (const durable of this.durables.values()) {
      if (durable.pending !== undefined || durable.delayed) continue;
      const message = this.messages.find(({ subject }) => durable.config.filterSubjects.includes(subject));
      const pull = [...durable.pulls].find(({ process }) => process.isAlive && !this.isCut(process));
      if (message !== undefined && pull !== undefined) this.#deliver(durable, message, pull);
    }
  }

  #deliver(durable: Durable, message: StoredMessage, pull: FakeConsumption): void {
    message.deliveries++;
    const redeliver = (): void => {
      durable.pending = undefined;
      this.pump();
    };
    durable.pending = { message, timer: this.time.schedule(durable.config.ackWaitMs, redeliver) };
    const delivered = new FakeMessage(this, durable, message, pull.process);
    this.time.schedule(latencyMs, () => {
      pull.process.run(() => {
        pull.handlers.message(delivered);
      });
    });
  }

  acknowledge(durable: Durable, message: StoredMessage): void {
    const at = this.messages.indexOf(message);
    if (at >= 0) this.messages.splice(at, 1);
    if (durable.pending?.message === message) {
      durable.pending.timer.cancel();
      durable.pending = undefined;
    }
    this.pump();
  }

  giveBack(durable: Durable, message: StoredMessage, delayMs: number): void {
    if (durable.pending?.message !== message) return;
    durable.pending.timer.cancel();
    durable.pending = undefined;
    durable.delayed = true;
    this.time.schedule(delayMs, () => {
      durable.delayed = false;
      this.pump();
    });
  }

  restartAckWait(durable: Durable, message: StoredMessage): void {
    if (durable.pending?.message !== message) return;
    durable.pending.timer.cancel();
    durable.pending = {
      message,
      timer: this.time.schedule(durable.config.ackWaitMs, () => {
        durable.pending = undefined;
        this.pump();
      }),
    };
  }
}

class FakeMessage implements DeliveredMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly messageId: string;
  readonly streamSequence: number;
  readonly deliveryCount: number;
  readonly storedMs = 0;
  readonly #nats: FakeNats;
  readonly #durable: Durable;
  readonly #message: StoredMessage;
  readonly #process: FakeProcess;

  constructor(nats: FakeNats, durable: Durable, message: StoredMessage, process: FakeProcess) {
    this.subject = message.subject;
    this.payload = message.payload;
    this.messageId = message.messageId;
    this.streamSequence = message.sequence;
    this.deliveryCount = message.deliveries;
    this.#nats = nats;
    this.#durable = durable;
    this.#message = message;
    this.#process = process;
  }

  ack(): void {
    this.#send(() => {
      this.#nats.acknowledge(this.#durable, this.#message);
    });
  }

  async ackConfirmed(): Promise<boolean> {
    try {
      await this.#nats.answer(this.#process, 'acks', () => {
        this.#nats.acknowledge(this.#durable, this.#message);
      });
      return true;
    } catch {
      return false;
    }
  }

  nak(delayMs = 0): void {
    this.#send(() => {
      this.#nats.giveBack(this.#durable, this.#message, delayMs);
    });
  }

  inProgress(): void {
    this.#send(() => {
      this.#nats.restartAckWait(this.#durable, this.#message);
    });
  }

  terminate(): void {
    this.ack();
  }

  #send(apply: () => void): void {
    if (!this.#nats.isCut(this.#process)) this.#nats.time.schedule(latencyMs, apply);
  }
}

class FakeConsumption implements Consumption {
  readonly process: FakeProcess;
  readonly handlers: ConsumeHandlers;
  readonly #durable: Durable;
  stopped = false;

  constructor(process: FakeProcess, handlers: ConsumeHandlers, durable: Durable) {
    this.process = process;
    this.handlers = handlers;
    this.#durable = durable;
  }

  stop(): Promise<void> {
    this.stopped = true;
    this.#durable.pulls.delete(this);
    return Promise.resolve();
  }
}

class FakeConnection implements NatsConnection {
  readonly clusterName: string;
  readonly process: FakeProcess;
  readonly jetStream: JetStream;
  readonly #nats: FakeNats;
  #handlers: ((status: ConnectionStatus) => void)[] = [];

  constructor(nats: FakeNats, process: FakeProcess) {
    this.#nats = nats;
    this.process = process;
    this.clusterName = nats.clusterName;
    this.jetStream = fakeJetStream(nats, process);
  }

  status(): ConnectionStatus {
    return this.#nats.isCut(this.process) ? 'disconnected' : 'connected';
  }

  onStatus(handler: (status: ConnectionStatus) => void): void {
    this.#handlers.push(handler);
  }

  report(status: ConnectionStatus): void {
    for (const handler of this.#handlers) {
      this.process.run(() => {
        handler(status);
      });
    }
  }

  keyValue(bucket: string): KeyValue {
    return new FakeKeyValue(this.#nats, this, bucket);
  }

  createKeyValue(): Promise<void> {
    return this.#nats.answer(this.process, '', () => undefined);
  }

  close(): Promise<void> {
    this.#nats.stopWatches(this.process);
    return Promise.resolve();
  }
}

class FakeKeyValue implements KeyValue {
  readonly bucket: string;
  readonly #nats: FakeNats;
  readonly #connection: FakeConnection;

  constructor(nats: FakeNats, connection: FakeConnection, bucket: string) {
    this.#nats = nats;
    this.#connection = connection;
    this.bucket = bucket;
  }

  get(key: string): Promise<KeyValueEntry | undefined> {
    return this.#answer(() => this.#nats.live(this.bucket, key));
  }

  entries(): Promise<readonly KeyValueEntry[]> {
    return this.#answer(() =>
      [...this.#nats.bucket(this.bucket).values()].filter(({ operation }) => operation === 'put'),
    );
  }

  create(key: string, value: Uint8Array): Promise<number> {
    return this.#answer(() => {
      if (this.#nats.live(this.bucket, key) !== undefined) {
        throw new PortError('exists', 'wrong-revision');
      }
      return this.#nats.write(this.bucket, key, value, 'put');
    });
  }

  put(key: string, value: Uint8Array): Promise<number> {
    this.#nats.puts++;
    return this.#answer(() => this.#nats.write(this.bucket, key, value, 'put'));
  }

  update(key: string, value: Uint8Array, revision: number): Promise<number> {
    this.#nats.updates++;
    return this.#answer(() => {
      this.#demand(key, revision);
      return this.#nats.write(this.bucket, key, value, 'put');
    });
  }

  delete(key: string, revision?: number): Promise<void> {
    return this.#answer(() => {
      if (revision !== undefined) this.#demand(key, revision);
      this.#nats.write(this.bucket, key, new Uint8Array(), 'delete');
    });
  }

  watch(handlers: KeyValueWatchHandlers): KeyValueWatch {
    return this.#nats.watch({ bucket: this.bucket, connection: this.#connection, handlers });
  }

  #demand(key: string, revision: number): void {
    const present = this.#nats.bucket(this.bucket).get(key)?.revision ?? 0;
    if (present !== revision) throw new PortError(`${present} is not ${revision}`, 'wrong-revision');
  }

  #answer<T>(apply: () => T): Promise<T> {
    return this.#nats.answer(this.#connection.process, this.bucket, apply);
  }
}

function fakeJetStream(nats: FakeNats, process: FakeProcess): JetStream {
  const answer = <T>(apply: () => T): Promise<T> => nats.answer(process, '', apply);
  const unused = (): Promise<never> => Promise.reject(new PortError('not faked', 'invalid'));
  return {
    ensureStream: () => answer(() => undefined),
    streamInfo: unused,
    purgeStream: unused,
    deleteConsumer: unused,
    consumerInfo: unused,
    consumerNames: unused,
    publish: (subject, payload, { messageId }) =>
      answer(() => ({
        stream: '',
        sequence: nats.publish(subject, payload, messageId),
        duplicate: false,
      })),
    ensureConsumer: (_stream, config) =>
      answer(() => {
        if (nats.durables.has(config.durable)) return;
        nats.durables.set(config.durable, { config, pending: undefined, delayed: false, pulls: new Set() });
      }),
    consume: (_stream, durable, _options, handlers) => {
      const found = nats.durables.get(durable);
      if (found === undefined) throw new Error(`no durable ${durable}`);
      const consumption = new FakeConsumption(process, handlers, found);
      found.pulls.add(consumption);
      nats.time.schedule(latencyMs, () => {
        nats.pump();
      });
      return consumption;
    },
  };
}
