import { body, entryWord, word, type Sequence } from './player.ts';

/** Buckets, and reads from any replica: sequences without faults, after `jetstream` §3. */
export const bucketSequences: readonly Sequence[] = [
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
];
