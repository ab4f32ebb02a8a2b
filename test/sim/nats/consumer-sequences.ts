import type { ConsumerSettings } from '../../../system/ports/jetstream-management.ts';
import { word, type Sequence } from './player.ts';

/** Pulls, acknowledgements, settings of consumers: sequences without faults, after `jetstream` §3. */
export const consumerSequences: readonly Sequence[] = [
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
