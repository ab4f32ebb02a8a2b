import { PortError } from '../../../system/ports/errors.ts';
import type {
  ConsumerSettings,
  ConsumerState,
  StreamSettings,
} from '../../../system/ports/jetstream-management.ts';
import type { FullPublishOptions } from '../../../system/ports/jetstream-publish.ts';
import type { PulledMessage, PullRequest, PullStatus } from '../../../system/ports/jetstream-pull.ts';
import type { FullKeyValueEntry } from '../../../system/ports/key-value-full.ts';
import type { Fixture, TestClient } from './fixture.ts';

export const body = new Uint8Array([1, 2, 3]);

/** What a call came to, in words that can be compared. */
export async function word<T>(promise: Promise<T>, say: (value: T) => unknown = String): Promise<unknown> {
  try {
    return say(await promise);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return error.server === undefined ? error.code : `${error.server.errorCode} ${error.server.description}`;
  }
}

export interface Pulling {
  readonly said: string[];
  readonly messages: PulledMessage[];
}

/** One client with what its sequence has seen so far. */
export class Player {
  readonly fixture: Fixture;
  readonly client: TestClient;
  readonly seen: unknown[] = [];
  readonly replicas: number;

  constructor(fixture: Fixture, client: TestClient, replicas: number) {
    this.fixture = fixture;
    this.client = client;
    this.replicas = replicas;
  }

  note(...seen: unknown[]): void {
    this.seen.push(...seen);
  }

  async stream(settings: Partial<StreamSettings> = {}): Promise<void> {
    await this.client.connection.management.createStream({
      name: 's',
      subjects: ['s.>'],
      replicas: this.replicas,
      ...settings,
    });
  }

  async consumer(settings: Partial<ConsumerSettings> = {}): Promise<ConsumerState> {
    return await this.client.connection.management.createConsumer('s', {
      name: 'c',
      durable: true,
      ack: 'explicit',
      ...settings,
    });
  }

  publish(subject: string, options: Partial<FullPublishOptions> = {}): Promise<unknown> {
    return word(
      this.client.connection.publisher.publish(subject, body, { timeoutMs: 2_000, ...options }),
      ({ sequence, duplicate }) => (duplicate ? `dup ${sequence}` : sequence),
    );
  }

  async published(...subjects: string[]): Promise<void> {
    for (const subject of subjects) await this.publish(subject);
  }

  pull(request: PullRequest, consumer = 'c', take?: (message: PulledMessage) => void): Pulling {
    const pulling: Pulling = { said: [], messages: [] };
    this.client.connection.puller.pull('s', consumer, request, {
      message(message) {
        pulling.said.push(`${message.sequence}x${message.deliveryCount}`);
        pulling.messages.push(message);
        take?.(message);
      },
      status: (status) => pulling.said.push(statusWord(status)),
    });
    return pulling;
  }

  /** Pulls, waits, and notes what came. */
  async pulled(request: PullRequest, waitMs = 200, consumer = 'c'): Promise<Pulling> {
    const pulling = this.pull(request, consumer);
    await this.sleep(waitMs);
    this.note(pulling.said.join(' '));
    return pulling;
  }

  async info(consumer = 'c'): Promise<void> {
    const state = word(this.client.connection.management.consumer('s', consumer), (value) => {
      const { delivered, ackFloor, pending, ackPending, redelivered, waiting } = value;
      return (
        `delivered ${delivered.consumerSequence}/${delivered.streamSequence} ` +
        `floor ${ackFloor.consumerSequence}/${ackFloor.streamSequence} ` +
        `pending ${pending} unacked ${ackPending} again ${redelivered} waiting ${waiting}`
      );
    });
    this.note(await state);
  }

  async contents(): Promise<void> {
    const state = word(
      this.client.connection.management.stream('s'),
      ({ messages, firstSequence, lastSequence, bytes }) =>
        `${messages} of ${firstSequence}-${lastSequence}, ${bytes} bytes`,
    );
    this.note(await state);
  }

  sleep(ms: number): Promise<void> {
    return this.fixture.sleep(ms);
  }
}

function statusWord({
  status,
  description,
  pendingMessages,
  pendingBytes,
  lastDelivered,
}: PullStatus): string {
  const missing = pendingMessages === undefined ? '' : `[${pendingMessages}/${pendingBytes}]`;
  const last =
    lastDelivered === undefined ? '' : `[${lastDelivered.consumerSequence}/${lastDelivered.streamSequence}]`;
  return `(${status} ${description}${missing}${last})`;
}

export function entryWord(entry: FullKeyValueEntry | undefined): string {
  return entry === undefined ? 'none' : `${entry.operation} ${entry.key}@${entry.revision}`;
}

export interface Sequence {
  readonly name: string;
  readonly play: (player: Player) => Promise<void>;
  /** Under 2.12 with three replicas. */
  readonly expected: readonly unknown[];
}
