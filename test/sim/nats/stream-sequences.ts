import type { StreamSettings } from '../../../system/ports/jetstream-management.ts';
import { word, type Sequence } from './player.ts';

/** Publishing, limits, what streams keep: sequences without faults, after `jetstream` §3. */
export const streamSequences: readonly Sequence[] = [
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
];
