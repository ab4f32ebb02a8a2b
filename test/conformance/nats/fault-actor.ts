import { PortError } from '../../../system/ports/errors.ts';
import type { PulledMessage } from '../../../system/ports/jetstream-pull.ts';
import { faultSubjects, type FaultActor, type FaultCommand, type Settlement } from './fault-plan.ts';
import type { FaultRecord, SeenEntry, Write } from './fault-record.ts';
import type { FaultConnection, FaultRig } from './fault-rig.ts';
import type { FullKeyValueEntry } from '../../../system/ports/key-value-full.ts';

const publishTimeoutMs = 3_000;
const confirmTimeoutMs = 2_000;
const pullMs = 1_000;
const nakDelayMs = 500;
/** Of a key by one actor, so that three of them fit into a history of 64. */
const writesOfKey = 20;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Who is served by a run: names of its stream and bucket, and its own. */
export interface ActorPlace {
  readonly name: string;
  readonly stream: string;
  readonly bucket: string;
  /** Its number in the plan. */
  readonly number: number;
}

/** One actor at work in one world. */
export class ActorRun {
  readonly #rig: FaultRig;
  readonly #actor: FaultActor;
  readonly #place: ActorPlace;
  readonly #record: FaultRecord;
  readonly #running: Promise<void>;
  /** Revisions that it has seen of a key, by its own writes and reads. */
  readonly #revisions = new Map<string, number>();
  readonly #writesOfKey = new Map<number, number>();
  #unclear: { readonly messageId: string; readonly subject: string } | undefined;
  #count = 0;
  #isOver = false;

  private constructor(
    rig: FaultRig,
    connection: FaultConnection,
    actor: FaultActor,
    place: ActorPlace,
    record: FaultRecord,
  ) {
    this.#rig = rig;
    this.#actor = actor;
    this.#place = place;
    this.#record = record;
    this.#running = this.#run(connection);
  }

  /** Resolves when it is connected and at work. */
  static async start(
    rig: FaultRig,
    actor: FaultActor,
    place: ActorPlace,
    record: FaultRecord,
  ): Promise<ActorRun> {
    const name = `${place.name}-${place.number}`;
    const connection = await (actor.home === null ? rig.connect(name) : rig.connectAt(actor.home, name));
    return new ActorRun(rig, connection, actor, place, record);
  }

  stop(): Promise<void> {
    this.#isOver = true;
    return this.#running;
  }

  async #run(connection: FaultConnection): Promise<void> {
    const { commands, pauseMs } = this.#actor;
    while (!this.#isOver) {
      for (const command of commands) {
        if (this.#isOver) break;
        await this.#perform(connection, command);
        await this.#rig.sleep(pauseMs);
      }
    }
    await connection.close();
  }

  async #perform(connection: FaultConnection, command: FaultCommand): Promise<void> {
    this.#record.operations++;
    switch (command.kind) {
      case 'publish': {
        const subject = `${this.#place.name}.${faultSubjects[command.subject] ?? faultSubjects[0]}`;
        await this.#publish(connection, `${this.#place.number}-${this.#count++}`, subject);
        return;
      }
      case 'publish-again': {
        if (this.#unclear === undefined) return;
        const { messageId, subject } = this.#unclear;
        this.#unclear = undefined;
        await this.#publish(connection, messageId, subject);
        return;
      }
      case 'pull':
        await this.#pull(connection, command);
        return;
      case 'get':
        await this.#get(connection, this.#key(command.key));
        return;
      case 'put':
      case 'create':
      case 'update':
      case 'delete':
        await this.#write(connection, command.kind, this.#keyToWrite(command.key));
        return;
    }
  }

  async #publish({ publisher }: FaultConnection, messageId: string, subject: string): Promise<void> {
    try {
      const options = { timeoutMs: publishTimeoutMs, messageId };
      const { sequence, duplicate } = await publisher.publish(subject, encoder.encode(messageId), options);
      this.#record.note('publish', duplicate ? 'duplicate' : 'ok');
      this.#record.acknowledge(messageId, sequence);
    } catch (error) {
      this.#record.note('publish', codeOf(error));
      this.#unclear = { messageId, subject };
    }
  }

  async #pull(connection: FaultConnection, command: Extract<FaultCommand, { kind: 'pull' }>): Promise<void> {
    const got: PulledMessage[] = [];
    let last = 'silence';
    let ended = false;
    const pull = connection.puller.pull(
      this.#place.stream,
      `c${command.consumer}`,
      { batch: command.batch, expiresMs: pullMs },
      {
        message: (message) => {
          got.push(message);
          this.#record.deliveries.push({
            consumer: command.consumer,
            sequence: message.sequence,
            messageId: message.headers['Nats-Msg-Id'] ?? '',
            count: message.deliveryCount,
            atMs: this.#rig.nowMs(),
          });
          if (got.length >= command.batch) ended = true;
        },
        status: ({ status, description }) => {
          last = `${status} ${description}`;
          if (status !== 100) ended = true;
        },
      },
    );
    const deadlineMs = this.#rig.nowMs() + pullMs + 300;
    while (!ended && this.#rig.nowMs() < deadlineMs) await this.#rig.sleep(10);
    pull.stop();
    this.#record.note('pull', got.length >= command.batch ? 'filled' : last);
    for (const [place, message] of got.entries()) {
      await this.#settle(command.consumer, message, command.settle[place % command.settle.length] ?? 'ack');
    }
  }

  async #settle(consumer: number, message: PulledMessage, settlement: Settlement): Promise<void> {
    this.#record.operations++;
    switch (settlement) {
      case 'leave':
        return;
      case 'ack':
      case 'nak':
      case 'in-progress':
      case 'terminate':
        message.acknowledge({ kind: settlement });
        return;
      case 'nak-later':
        message.acknowledge({ kind: 'nak', delayMs: nakDelayMs });
        return;
      case 'terminate-reason':
        message.acknowledge({ kind: 'terminate', reason: 'unfit' });
        return;
      case 'ack-confirmed':
      case 'terminate-confirmed': {
        const kind = settlement === 'ack-confirmed' ? 'ack' : 'terminate';
        const isConfirmed = await message.acknowledgeConfirmed({ kind }, confirmTimeoutMs);
        this.#record.note(settlement, isConfirmed ? 'confirmed' : 'unconfirmed');
        if (isConfirmed)
          this.#record.settled.push({ consumer, sequence: message.sequence, atMs: this.#rig.nowMs() });
        return;
      }
    }
  }

  async #get(connection: FaultConnection, key: string): Promise<void> {
    try {
      const entry = await connection.bucket(this.#place.bucket).get(key);
      this.#record.note('get', entry === undefined ? 'nothing' : 'ok');
      if (entry === undefined) return;
      this.#record.read.push(seenEntry(entry));
      this.#revisions.set(key, entry.revision);
    } catch (error) {
      this.#record.note('get', codeOf(error));
    }
  }

  async #write(
    connection: FaultConnection,
    kind: 'put' | 'create' | 'update' | 'delete',
    key: string,
  ): Promise<void> {
    const bucket = connection.bucket(this.#place.bucket);
    const value = kind === 'delete' ? '' : `${this.#place.number}-${this.#count++}`;
    const bytes = encoder.encode(value);
    const expected = { put: undefined, create: 0, update: this.#revisions.get(key) ?? 0, delete: undefined }[
      kind
    ];
    const note = (word: string, revision: number): void => {
      this.#record.note(kind, word);
      this.#record.writes.push({ key, value, expected, revision, word } satisfies Write);
    };
    try {
      switch (kind) {
        case 'put':
          note('ok', this.#saw(key, await bucket.put(key, bytes)));
          return;
        case 'create':
          note('ok', this.#saw(key, await bucket.create(key, bytes)));
          return;
        case 'update':
          note('ok', this.#saw(key, await bucket.update(key, bytes, expected ?? 0)));
          return;
        case 'delete':
          await bucket.delete(key);
          note('ok', 0);
          return;
      }
    } catch (error) {
      note(codeOf(error), 0);
    }
  }

  #saw(key: string, revision: number): number {
    this.#revisions.set(key, revision);
    return revision;
  }

  /** The same for all actors that have written as often. */
  #key(number: number): string {
    return `k${number}-${Math.floor((this.#writesOfKey.get(number) ?? 0) / writesOfKey)}`;
  }

  #keyToWrite(number: number): string {
    this.#writesOfKey.set(number, (this.#writesOfKey.get(number) ?? 0) + 1);
    return this.#key(number);
  }
}

export function seenEntry({ key, value, revision, operation }: FullKeyValueEntry): SeenEntry {
  return { key, revision, operation, value: decoder.decode(value) };
}

function codeOf(error: unknown): string {
  if (!(error instanceof PortError)) throw error;
  return error.code;
}
