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

const body = new Uint8Array([1, 2, 3]);

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

function entryWord(entry: FullKeyValueEntry | undefined): string {
  return entry === undefined ? 'none' : `${entry.operation} ${entry.key}@${entry.revision}`;
}

export interface Sequence {
  readonly name: string;
  readonly play: (player: Player) => Promise<void>;
  /** Under 2.12 with three replicas. */
  readonly expected: readonly unknown[];
}

/** Sequences without faults, after `jetstream` §3; what each shows is their expectation. */
export const sequences: readonly Sequence[] = [
  {
    name: 'T1, T2: duplicates, within the window and behind it, win over expectations',
    async play(p) {
      await p.stream({ duplicateWindowMs: 5_000 });
      p.note(await p.publish('s.a', { messageId: 'a' }), await p.publish('s.b', { messageId: 'b' }));
      p.note(await p.publish('s.a', { messageId: 'a' }));
      p.note(await p.publish('s.a', { messageId: 'a', expectedLastSequence: 7 }));
      await p.sleep(4_500);
      p.note(await p.publish('s.a', { messageId: 'a' }));
      await p.sleep(2_000);
      p.note(await p.publish('s.a', { messageId: 'a' }));
    },
    expected: [1, 2, 'dup 1', 'dup 1', 'dup 1', 3],
  },
  {
    name: 'T3: expectations',
    async play(p) {
      await p.stream();
      await p.published('s.a', 's.b');
      p.note(await p.publish('s.a', { expectedLastSequence: 1 }));
      p.note(await p.publish('s.a', { expectedLastSequence: 2, messageId: 'm' }));
      p.note(await p.publish('s.a', { expectedLastSubjectSequence: 0 }));
      p.note(await p.publish('s.a', { expectedLastSubjectSequence: 3 }));
      p.note(await p.publish('s.new', { expectedLastSubjectSequence: 0 }));
      p.note(await p.publish('s.a', { expectedLastMessageId: 'm' }));
      p.note(await p.publish('s.a', { expectedStream: 'other' }));
      p.note(await p.publish('s.a', { expectedLastSubjectSequence: 2, expectedLastSubject: 's.b' }));
      p.note(await p.publish('s.a'));
    },
    expected: [
      '10071 wrong last sequence: 2',
      3,
      '10071 wrong last sequence: 3',
      4,
      5,
      '10070 wrong last msg ID: ',
      '10060 expected stream does not match',
      6,
      7,
    ],
  },
  {
    name: 'T4: a subject without a stream, a size without end',
    async play(p) {
      await p.stream({ maxMessageBytes: 40 });
      p.note(await p.publish('other'), await p.publish('s.a'));
      p.note(await p.publish('s.a', { messageId: 'an id that makes it too large' }));
    },
    expected: ['no-responders', 1, '10054 message size exceeds maximum allowed'],
  },
  {
    name: 'T5: full streams, by messages, by bytes, by subject',
    async play(p) {
      const { management } = p.client.connection;
      await p.stream({ discard: 'new', maxMessages: 2 });
      p.note(await p.publish('s.a'), await p.publish('s.a'), await p.publish('s.a'));
      await management.deleteStream('s');
      await p.stream({ discard: 'new', maxBytes: 80 });
      p.note(await p.publish('s.a'), await p.publish('s.a'), await p.publish('s.a'));
      await management.deleteStream('s');
      await p.stream({ discard: 'new', maxMessagesPerSubject: 1, discardNewPerSubject: true });
      p.note(await p.publish('s.a'), await p.publish('s.a'), await p.publish('s.b'));
      await management.deleteStream('s');
      await p.stream({ maxMessages: 2 });
      await p.published('s.a', 's.b', 's.c');
      await p.contents();
      p.note(
        await word(management.message('s', { kind: 'sequence', sequence: 2 }), ({ subject }) => subject),
      );
      await management.deleteStream('s');
      await p.stream({ maxMessagesPerSubject: 1 });
      await p.published('s.a', 's.b', 's.a');
      await p.contents();
    },
    expected: [
      1,
      2,
      '10077 maximum messages exceeded',
      1,
      2,
      '10077 maximum bytes exceeded',
      1,
      '10077 maximum messages per subject exceeded',
      2,
      '2 of 2-3, 72 bytes',
      's.b',
      '2 of 2-3, 72 bytes',
    ],
  },
  {
    name: 'T6: an interest stream keeps what somebody wants until all have it',
    async play(p) {
      await p.stream({ retention: 'interest' });
      p.note(await p.publish('s.a'));
      await p.contents();
      await p.consumer({ filterSubjects: ['s.a'] });
      await p.consumer({ name: 'd', filterSubjects: ['s.>'] });
      p.note(await p.publish('s.a'), await p.publish('s.b'));
      for (const consumer of ['c', 'd']) {
        p.pull({ batch: 5, expiresMs: 1_000 }, consumer, (m) => m.acknowledge({ kind: 'ack' }));
        await p.sleep(500);
        await p.contents();
      }
    },
    expected: [1, '0 of 2-1, 0 bytes', 2, 3, '2 of 2-3, 72 bytes', '0 of 4-3, 0 bytes'],
  },
  {
    name: 'T7: a work queue',
    async play(p) {
      const { management } = p.client.connection;
      await p.stream({ retention: 'workqueue' });
      await p.consumer({ filterSubjects: ['s.a'] });
      p.note(await word(p.consumer({ name: 'd', filterSubjects: ['s.>'] }), () => 'made'));
      p.note(await word(p.consumer({ name: 'd' }), () => 'made'));
      p.note(await word(p.consumer({ name: 'd', filterSubjects: ['s.b'], ack: 'all' }), () => 'made'));
      p.note(
        await word(
          p.consumer({ name: 'd', filterSubjects: ['s.b'], deliver: { kind: 'new' } }),
          () => 'made',
        ),
      );
      p.note(await word(p.consumer({ name: 'd', filterSubjects: ['s.b'], replicas: 1 }), () => 'made'));
      await p.published('s.a', 's.b', 's.a');
      const { messages } = await p.pulled({ batch: 5, expiresMs: 100 });
      messages[0]?.acknowledge({ kind: 'ack' });
      await p.sleep(200);
      await p.contents();
      p.note(await management.consumerNames('s'));
    },
    expected: [
      '10100 filtered consumer not unique on workqueue stream',
      '10099 multiple non-filtered consumers not allowed on workqueue stream',
      '10098 workqueue stream requires explicit ack',
      '10101 consumer must be deliver all on workqueue stream',
      "10134 consumer config replicas must match interest retention stream's replicas",
      '1x1 3x1 (408 Request Timeout[3/0])',
      '2 of 2-3, 72 bytes',
      ['c'],
    ],
  },
  {
    name: 'T8: statuses of pulls',
    async play(p) {
      await p.stream();
      await p.consumer({ maxWaiting: 2, maxRequestBatch: 10, maxRequestExpiresMs: 5_000 });
      await p.pulled({ batch: 1, noWait: true });
      await p.pulled({ batch: 2, expiresMs: 100 });
      await p.pulled({ batch: 1, expiresMs: 1_000, idleHeartbeatMs: 600 });
      await p.pulled({ batch: 1, expiresMs: 1_000, idleHeartbeatMs: 400 }, 1_100);
      await p.pulled({ batch: 11, expiresMs: 100 });
      await p.pulled({ batch: 1, expiresMs: 6_000 });
      p.pull({ batch: 1, expiresMs: 1_000 });
      p.pull({ batch: 1, expiresMs: 1_000 });
      await p.pulled({ batch: 1, expiresMs: 1_000 });
      await p.sleep(1_000);
      await p.published('s.a', 's.b');
      await p.pulled({ batch: 3, noWait: true });
      await p.published('s.a', 's.b', 's.c');
      await p.pulled({ batch: 1, expiresMs: 100, maxBytes: 20 });
      await p.pulled({ batch: 2, expiresMs: 100, maxBytes: 10_000 });
      await p.info();
    },
    expected: [
      '(404 No Messages)',
      '(408 Request Timeout[2/0])',
      '(400 Bad Request - heartbeat value too large)',
      '(100 Idle Heartbeat[0/0]) (100 Idle Heartbeat[0/0]) (408 Request Timeout[1/0])',
      '(409 Exceeded MaxRequestBatch of 10)',
      '(409 Exceeded MaxRequestExpires of 5s)',
      '(409 Exceeded MaxWaiting)',
      '1x1 2x1 (408 Request Timeout[1/0])',
      '(409 Message Size Exceeds MaxBytes[1/20])',
      '(409 Batch Completed[0/9910]) 3x1 4x1',
      'delivered 4/4 floor 0/0 pending 1 unacked 4 again 0 waiting 0',
    ],
  },
  {
    name: 'T9: limits of unacknowledged messages and of deliveries',
    async play(p) {
      await p.stream();
      await p.consumer({ maxAckPending: 3, ackWaitMs: 2_000, maxDeliver: 2 });
      await p.published('s.1', 's.2', 's.3', 's.4', 's.5');
      await p.pulled({ batch: 6, expiresMs: 500 }, 600);
      await p.info();
      await p.sleep(1_600);
      await p.pulled({ batch: 6, expiresMs: 500 }, 600);
      await p.info();
      await p.sleep(2_000);
      await p.pulled({ batch: 6, expiresMs: 500 }, 600);
      await p.info();
      await p.sleep(5_000);
      await p.info();
      p.note(p.fixture.cluster.advisories.count('max-deliveries'));
    },
    expected: [
      '1x1 2x1 3x1 (408 Request Timeout[3/0])',
      'delivered 3/3 floor 0/0 pending 2 unacked 3 again 0 waiting 0',
      '1x2 2x2 3x2 (408 Request Timeout[3/0])',
      'delivered 6/3 floor 0/0 pending 2 unacked 3 again 3 waiting 0',
      '4x1 5x1 (408 Request Timeout[4/0])',
      'delivered 8/5 floor 0/0 pending 0 unacked 2 again 3 waiting 0',
      'delivered 8/5 floor 0/0 pending 0 unacked 2 again 3 waiting 0',
      3,
    ],
  },
  {
    name: 'T10: nak, nak with delay, progress, termination',
    async play(p) {
      await p.stream();
      await p.consumer({ ackWaitMs: 2_000 });
      await p.published('s.1');
      const { messages } = await p.pulled({ batch: 1, expiresMs: 500 });
      messages[0]?.acknowledge({ kind: 'nak' });
      const again = await p.pulled({ batch: 1, expiresMs: 500 });
      again.messages[0]?.acknowledge({ kind: 'nak', delayMs: 1_000 });
      await p.pulled({ batch: 1, expiresMs: 700 }, 800);
      const later = await p.pulled({ batch: 1, expiresMs: 700 }, 800);
      for (let turn = 0; turn < 3; turn++) {
        await p.sleep(1_000);
        later.messages[0]?.acknowledge({ kind: 'in-progress' });
      }
      await p.pulled({ batch: 1, expiresMs: 500 }, 600);
      later.messages[0]?.acknowledge({ kind: 'terminate', reason: 'enough' });
      await p.pulled({ batch: 1, expiresMs: 5_000 }, 5_100);
      await p.info();
    },
    expected: [
      '1x1',
      '1x2',
      '(408 Request Timeout[1/0])',
      '1x3',
      '(408 Request Timeout[1/0])',
      '(408 Request Timeout[1/0])',
      'delivered 3/1 floor 3/1 pending 0 unacked 0 again 0 waiting 0',
    ],
  },
  {
    name: 'T11: acknowledgements out of order, of all, of none',
    async play(p) {
      await p.stream();
      await p.consumer();
      await p.consumer({ name: 'all', ack: 'all' });
      await p.consumer({ name: 'none', ack: 'none' });
      await p.published('s.1', 's.2', 's.3');
      const { messages } = await p.pulled({ batch: 3, expiresMs: 500 });
      for (const place of [2, 0, 1]) {
        messages[place]?.acknowledge({ kind: 'ack' });
        await p.sleep(50);
        await p.info();
      }
      const all = await p.pulled({ batch: 3, expiresMs: 500 }, 200, 'all');
      all.messages[1]?.acknowledge({ kind: 'ack' });
      await p.sleep(50);
      await p.info('all');
      await p.pulled({ batch: 3, expiresMs: 500 }, 200, 'none');
      await p.info('none');
    },
    expected: [
      '1x1 2x1 3x1',
      'delivered 3/3 floor 0/0 pending 0 unacked 2 again 0 waiting 0',
      'delivered 3/3 floor 1/1 pending 0 unacked 1 again 0 waiting 0',
      'delivered 3/3 floor 3/3 pending 0 unacked 0 again 0 waiting 0',
      '1x1 2x1 3x1',
      'delivered 3/3 floor 2/2 pending 0 unacked 1 again 0 waiting 0',
      '1x1 2x1 3x1',
      'delivered 3/3 floor 3/3 pending 0 unacked 0 again 0 waiting 0',
    ],
  },
  {
    name: 'T11b: termination out of order leaves the floor; an ack that asks for more',
    async play(p) {
      await p.stream();
      await p.consumer();
      await p.published('s.1', 's.2', 's.3', 's.4');
      const { messages, said } = await p.pulled({ batch: 2, expiresMs: 2_000 });
      messages[1]?.acknowledge({ kind: 'terminate' });
      await p.sleep(50);
      await p.info();
      messages[0]?.acknowledge({ kind: 'ack-next', batch: 1 });
      await p.sleep(100);
      p.note(said.join(' '));
      p.note(await messages[0]?.acknowledgeConfirmed({ kind: 'ack' }, 500));
      await p.info();
    },
    expected: [
      '1x1 2x1',
      'delivered 2/2 floor 0/0 pending 2 unacked 1 again 0 waiting 0',
      '1x1 2x1 3x1',
      true,
      'delivered 3/3 floor 2/2 pending 1 unacked 1 again 0 waiting 0',
    ],
  },
  {
    name: 'T12: a changed filter never moves the cursor, and pending of the old one comes again',
    async play(p) {
      await p.stream();
      await p.consumer({ filterSubjects: ['s.a'], ackWaitMs: 1_000 });
      await p.published('s.b', 's.b', 's.a');
      await p.pulled({ batch: 1, expiresMs: 500 });
      await p.consumer({ filterSubjects: ['s.b'], ackWaitMs: 1_000 });
      await p.info();
      await p.published('s.b');
      await p.pulled({ batch: 5, expiresMs: 1_500 }, 1_600);
    },
    expected: [
      '3x1',
      'delivered 1/3 floor 0/0 pending 0 unacked 1 again 0 waiting 0',
      '4x1 3x2 4x2 (408 Request Timeout[2/0])',
    ],
  },
  {
    name: 'back-off',
    async play(p) {
      await p.stream();
      await p.consumer({ backoffMs: [500, 2_000], maxDeliver: 3 });
      await p.published('s.1');
      p.note((await p.consumer({ backoffMs: [500, 2_000], maxDeliver: 3 })).settings.ackWaitMs);
      const pulling = p.pull({ batch: 5, expiresMs: 6_000 });
      for (let turn = 0; turn < 5; turn++) {
        await p.sleep(800);
        p.note(pulling.said.join(' '));
      }
    },
    expected: [500, '1x1 1x2', '1x1 1x2', '1x1 1x2', '1x1 1x2 1x3', '1x1 1x2 1x3'],
  },
  {
    name: 'deliver policies',
    async play(p) {
      await p.stream();
      await p.published('s.a', 's.b', 's.a', 's.c');
      const policies: readonly Partial<ConsumerSettings>[] = [
        { name: 'all' },
        { name: 'last', deliver: { kind: 'last' } },
        { name: 'new', deliver: { kind: 'new' } },
        { name: 'from', deliver: { kind: 'by-start-sequence', sequence: 3 } },
        { name: 'lastOf', deliver: { kind: 'last-per-subject' }, filterSubjects: ['s.>'] },
      ];
      for (const policy of policies) {
        await p.consumer(policy);
        await p.info(policy.name);
      }
      await p.published('s.d');
      for (const { name } of policies) await p.pulled({ batch: 9, noWait: true }, 200, name);
      p.note(await word(p.consumer({ name: 'x', deliver: { kind: 'last-per-subject' } }), () => 'made'));
    },
    expected: [
      'delivered 0/0 floor 0/0 pending 4 unacked 0 again 0 waiting 0',
      'delivered 0/3 floor 0/0 pending 1 unacked 0 again 0 waiting 0',
      'delivered 0/4 floor 0/0 pending 0 unacked 0 again 0 waiting 0',
      'delivered 0/2 floor 0/0 pending 2 unacked 0 again 0 waiting 0',
      'delivered 0/1 floor 0/0 pending 3 unacked 0 again 0 waiting 0',
      '1x1 2x1 3x1 4x1 5x1 (408 Request Timeout[4/0])',
      '4x1 5x1 (408 Request Timeout[7/0])',
      '5x1 (408 Request Timeout[8/0])',
      '3x1 4x1 5x1 (408 Request Timeout[6/0])',
      '2x1 3x1 4x1 5x1 (408 Request Timeout[5/0])',
      '10094 consumer delivery policy is deliver last per subject, but optional filter subject is not set',
    ],
  },
  {
    name: 'consumers: actions, limits, updates, deletion',
    async play(p) {
      const { management } = p.client.connection;
      const settings: ConsumerSettings = { name: 'c', durable: true, ack: 'explicit' };
      await p.stream({ maxConsumers: 1 });
      const act = (changes: Partial<ConsumerSettings>, action: 'create' | 'update' | 'create-or-update') =>
        word(management.createConsumer('s', { ...settings, ...changes }, action), () => action);
      p.note(await act({}, 'update'), await act({}, 'create'), await act({}, 'create'));
      p.note(await act({ ackWaitMs: 5_000 }, 'create'), await act({ ackWaitMs: 5_000 }, 'update'));
      p.note(await act({ ack: 'none' }, 'update'), await act({ maxWaiting: 7 }, 'update'));
      p.note(await act({ name: 'd' }, 'create'), await act({ replicas: 5 }, 'update'));
      p.note(await act({ backoffMs: [1, 2, 3], maxDeliver: 2 }, 'update'));
      const pulling = p.pull({ batch: 1, expiresMs: 5_000 });
      await p.sleep(100);
      await management.deleteConsumer('s', 'c');
      await p.sleep(100);
      p.note(pulling.said.join(' '), await word(management.deleteConsumer('s', 'c')));
      await p.pulled({ batch: 1, expiresMs: 300 }, 400);
      await p.info();
    },
    expected: [
      '10149 consumer does not exist',
      'create',
      'create',
      '10148 consumer already exists',
      'update',
      '10012 ack policy can not be updated',
      '10012 max waiting can not be updated',
      '10026 maximum consumers limit reached',
      '10126 consumer config replica count exceeds parent stream',
      '10116 max deliver is required to be > length of backoff values',
      '(409 Consumer Deleted)',
      '10014 consumer not found',
      '(503 )',
      '10014 consumer not found',
    ],
  },
  {
    name: 'an unused consumer vanishes',
    async play(p) {
      await p.stream();
      await p.consumer({ inactiveThresholdMs: 2_000 });
      p.pull({ batch: 1, expiresMs: 5_000 });
      await p.sleep(4_000);
      await p.info();
      await p.sleep(6_000);
      await p.info();
    },
    expected: ['delivered 0/0 floor 0/0 pending 0 unacked 0 again 0 waiting 1', '10014 consumer not found'],
  },
  {
    name: 'purge, deletion, rollup, age',
    async play(p) {
      const { management } = p.client.connection;
      await p.stream({ allowRollup: true, maxAgeMs: 20_000 });
      await p.published('s.a', 's.b', 's.a', 's.a', 's.b');
      p.note(await management.purge('s', { subject: 's.a', keep: 1 }));
      p.note(await word(management.deleteMessage('s', 1)), await word(management.deleteMessage('s', 4)));
      await p.contents();
      await p.published('s.b');
      p.note(await p.publish('s.b', { rollup: 'sub' }), await p.publish('s.c'));
      await p.contents();
      p.note(await p.publish('s.d', { rollup: 'all' }));
      await p.contents();
      p.note(await management.purge('s'), await p.publish('s.a'));
      await p.sleep(20_500);
      await p.contents();
      p.note(await word(management.message('s', { kind: 'last-of-subject', subject: 's.a' })));
    },
    expected: [
      2,
      '10057 no message found',
      'undefined',
      '2 of 2-5, 72 bytes',
      7,
      8,
      '2 of 7-8, 106 bytes',
      9,
      '1 of 9-9, 70 bytes',
      1,
      10,
      '0 of 11-10, 0 bytes',
      '10037 no message found',
    ],
  },
  {
    name: 'streams: settings refused, updated, overlapping',
    async play(p) {
      const { management } = p.client.connection;
      await p.stream();
      const create = (settings: StreamSettings) => word(management.createStream(settings), () => 'made');
      const update = (settings: StreamSettings) => word(management.updateStream(settings), () => 'changed');
      p.note(await create({ name: 's', subjects: ['s.>'], replicas: p.replicas }));
      p.note(await create({ name: 's', subjects: ['s.>'], replicas: p.replicas, maxMessages: 5 }));
      p.note(await create({ name: 'x', subjects: ['s.a'] }), await create({ name: 'x.y' }));
      p.note(
        await create({ name: 'x', discardNewPerSubject: true }),
        await create({ name: 'x', maxAgeMs: 5 }),
      );
      p.note(await create({ name: 'x', replicas: 5 }), await update({ name: 'x' }));
      await p.published('s.a', 's.b', 's.c');
      p.note(await update({ name: 's', subjects: ['s.>'], replicas: p.replicas, maxMessages: 2 }));
      await p.contents();
      p.note(await update({ name: 's', subjects: ['s.>'], replicas: p.replicas, storage: 'memory' }));
      p.note(await word(management.removeStreamPeer('s', 'nobody')), await management.streamNames());
      p.note(await word(management.deleteStream('x')), await word(management.deleteStream('s')));
      p.note(await management.streamNames());
    },
    expected: [
      'made',
      '10058 stream name already in use with a different configuration',
      '10065 subjects overlap with an existing stream',
      "10052 stream name is required and can not contain '.', '*', '>', '\\', '/'",
      '10052 discard new per subject requires discard new policy to be set',
      '10052 max age needs to be >= 100ms',
      '10005 no suitable peers for placement',
      '10059 stream not found',
      'changed',
      '2 of 2-3, 72 bytes',
      '10052 stream configuration update can not change storage type',
      '10040 peer not a member',
      ['s'],
      '10059 stream not found',
      'undefined',
      [],
    ],
  },
  {
    name: 'T13: a bucket',
    async play(p) {
      await p.client.connection.createBucket({ bucket: 'b', history: 2, replicas: p.replicas });
      const kv = p.client.connection.bucket('b');
      p.note(await word(kv.create('k', body)), await word(kv.create('k', body)));
      p.note(
        await word(kv.update('k', body, 5)),
        await word(kv.update('k', body, 1)),
        await word(kv.put('k', body)),
      );
      p.note((await kv.history('k')).map(entryWord));
      p.note(await word(kv.delete('k')), await word(kv.create('k', body)));
      p.note((await kv.history('k')).map(entryWord), entryWord(await kv.get('k')));
      p.note(await word(kv.purge('k')), (await kv.history('k')).map(entryWord));
      p.note(
        await word(
          p.client.connection.publisher.publish('$KV.b.k', body, {
            timeoutMs: 500,
            expectedLastSubjectSequence: 0,
          }),
          ({ sequence }) => sequence,
        ),
      );
      p.note(await kv.keys(), entryWord(await kv.getRevision('k', 5)), entryWord(await kv.get('none')));
    },
    expected: [
      '1',
      '10071 wrong last sequence: 1',
      '10071 wrong last sequence: 1',
      '2',
      '3',
      ['put k@2', 'put k@3'],
      'undefined',
      '5',
      ['delete k@4', 'put k@5'],
      'put k@5',
      'undefined',
      ['purge k@6'],
      '10071 wrong last sequence: 6',
      [],
      'none',
      'none',
    ],
  },
  {
    name: 'T14: watches of a bucket',
    async play(p) {
      await p.client.connection.createBucket({ bucket: 'b', history: 3, replicas: p.replicas });
      const kv = p.client.connection.bucket('b');
      for (const key of ['x', 'y', 'x']) await kv.put(key, body);
      await kv.delete('y');
      const watch = (options: Parameters<typeof kv.watch>[0]): string[] => {
        const seen: string[] = [];
        kv.watch(options, {
          entry: (entry) => seen.push(entryWord(entry)),
          initialised: () => seen.push('!'),
        });
        return seen;
      };
      await p.sleep(100);
      const seen = [
        watch({}),
        watch({ include: 'history' }),
        watch({ include: 'updates' }),
        watch({ keys: 'x' }),
        watch({ ignoreDeletes: true }),
      ];
      await p.sleep(200);
      await kv.put('z', body);
      await kv.purge('x');
      await p.sleep(200);
      p.note(...seen.map((one) => one.join(', ')));
    },
    expected: [
      'put x@3, delete y@4, !, put z@5, purge x@6',
      'put x@1, put y@2, put x@3, delete y@4, !, put z@5, purge x@6',
      '!, put z@5, purge x@6',
      'put x@3, !, purge x@6',
      'put x@3, !, put z@5, purge x@6',
    ],
  },
  {
    name: 'T29: lives of messages, and two writes at once',
    async play(p) {
      const { management } = p.client.connection;
      await p.stream();
      p.note(await p.publish('s.a', { ttl: '5s' }));
      await management.deleteStream('s');
      await p.stream({ allowMessageTtl: true });
      p.note(await p.publish('s.a', { ttl: '2s' }), await p.publish('s.b', { ttl: '10ms' }));
      await p.contents();
      await p.sleep(2_500);
      await p.contents();
      p.note(...(await Promise.all([1, 2].map(() => p.publish('s.c', { expectedLastSubjectSequence: 0 })))));
      p.note(...(await Promise.all([1, 2].map(() => p.publish('s.d', { messageId: 'm' })))));
      await p.client.connection.createBucket({ bucket: 'b', markerTtlMs: 5_000, replicas: p.replicas });
      const kv = p.client.connection.bucket('b');
      const seen: string[] = [];
      kv.watch({}, { entry: (entry) => seen.push(entryWord(entry)) });
      await kv.create('k', body, '2s');
      await p.sleep(8_000);
      p.note(seen.join(', '), entryWord(await kv.get('k')));
    },
    expected: [
      '10166 per-message TTL is disabled',
      1,
      '10165 invalid per-message TTL',
      '1 of 1-1, 66 bytes',
      '0 of 2-1, 0 bytes',
      2,
      '10164 wrong last sequence',
      3,
      '10158 duplicate message id is in process',
      'put k@1, purge k@2',
      'none',
    ],
  },
  {
    name: 'direct gets come from any replica',
    async play(p) {
      await p.stream({ allowDirect: true });
      await p.published('s.a');
      p.fixture.cluster.pauseNode((p.fixture.leader('s') + 1) % 3);
      const { management } = p.client.connection;
      const gets = await Promise.all(
        Array.from({ length: 20 }, () =>
          word(
            management.directMessage('s', { kind: 'last-of-subject', subject: 's.a' }),
            ({ sequence }) => sequence,
          ),
        ),
      );
      p.note([...new Set(gets)].map(String).sort((a, b) => (a < b ? -1 : 1)));
      p.fixture.cluster.resumeNode((p.fixture.leader('s') + 1) % 3);
    },
    expected: [['1', 'timeout']],
  },
  {
    name: 'T22: a new leader turns waiting pulls away',
    async play(p) {
      await p.stream();
      await p.consumer();
      const pulling = p.pull({ batch: 1, expiresMs: 20_000 });
      await p.sleep(500);
      p.note(await word(p.client.connection.management.stepDownConsumer('s', 'c')));
      await p.sleep(1_000);
      p.note(pulling.said.join(' '));
      await p.published('s.a');
      await p.pulled({ batch: 1, expiresMs: 500 });
    },
    expected: ['undefined', '(409 Leadership Change)', '1x1'],
  },
];
