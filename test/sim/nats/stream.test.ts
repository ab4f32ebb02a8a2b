import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nats2910 } from '../../../sim/nats/index.ts';
import { collect, durable, Fixture, outcome, payload, publish, workQueue } from './fixture.ts';

describe('publish', () => {
  test('a message id is stored once within the duplicate window, and again behind it (T1)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(workQueue);
      expect(await publish(client, 'work.x', 'm1')).toEqual({
        stream: 'work',
        sequence: 1,
        duplicate: false,
      });
      await fixture.sleep(119_000);
      expect(await publish(client, 'work.x', 'm1')).toEqual({ stream: 'work', sequence: 1, duplicate: true });
      await fixture.sleep(2_000);
      expect(await publish(client, 'work.x', 'm1')).toEqual({
        stream: 'work',
        sequence: 2,
        duplicate: false,
      });
    });
    expect(fixture.stored()).toEqual(['m1', 'm1']);
  });

  test('a message id still under way is refused by 2.12 and deduplicated by 2.9 (jetstream D32)', async () => {
    for (const [profile, second] of [
      [undefined, 'invalid'],
      [nats2910, { stream: 'work', sequence: 1, duplicate: true }],
    ] as const) {
      const fixture = new Fixture({ seed: 3n, ...(profile === undefined ? {} : { profile }) });
      await fixture.run(async () => {
        const client = await fixture.client('a');
        await client.jetStream.ensureStream(workQueue);
        const both = await Promise.all([publish(client, 'work.x', 'm1'), publish(client, 'work.x', 'm1')]);
        expect(both).toEqual([{ stream: 'work', sequence: 1, duplicate: false }, second]);
      });
      expect(fixture.stored()).toEqual(['m1']);
    }
  });

  test('nobody answers for a subject without a stream (T4)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      const startMs = fixture.nowMs;
      expect(await publish(client, 'nowhere', 'm1')).toBe('no-responders');
      expect(fixture.nowMs - startMs).toBeLessThan(5);
    });
  });

  test('discard new refuses, discard old drops the oldest (T5)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream({ ...workQueue, maxMessages: 2 });
      await client.jetStream.ensureStream({
        ...workQueue,
        name: 'old',
        subjects: ['old'],
        retention: 'limits',
        discard: 'old',
        maxMessages: 2,
      });
      for (const id of ['a', 'b', 'c']) {
        expect(await publish(client, 'work.x', id)).toEqual(
          id === 'c' ? 'stream-full' : expect.objectContaining({ duplicate: false }),
        );
        await publish(client, 'old', id);
      }
      // What is under way counts as well.
      const together = await Promise.all(['d', 'e', 'f'].map((id) => publish(client, 'work.x', id)));
      expect(together).toEqual(['stream-full', 'stream-full', 'stream-full']);
    });
    expect(fixture.stored()).toEqual(['a', 'b']);
    expect(fixture.stored('old')).toEqual(['b', 'c']);
  });

  test('messages vanish at their age (jetstream D37)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream({
        ...workQueue,
        retention: 'limits',
        maxAgeMs: 10_000,
        duplicateWindowMs: 10_000,
      });
      await publish(client, 'work.x', 'm1');
      await fixture.sleep(6_000);
      await publish(client, 'work.x', 'm2');
      await fixture.sleep(5_000);
      expect(await client.jetStream.streamInfo('work')).toMatchObject({
        messages: 1,
        firstSequence: 2,
        lastSequence: 2,
      });
    });
  });
});

describe('streams', () => {
  test('are created once, and never in another form or over taken subjects', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      const { jetStream } = client;
      await jetStream.ensureStream(workQueue);
      await jetStream.ensureStream(workQueue);
      expect(await outcome(jetStream.ensureStream({ ...workQueue, maxMessages: 7 }))).toBe('conflict');
      expect(await outcome(jetStream.ensureStream({ ...workQueue, name: 'other' }))).toBe('conflict');
      expect(await outcome(jetStream.streamInfo('other'))).toBe('not-found');
      expect(await jetStream.streamInfo('work')).toMatchObject({ messages: 0, config: workQueue });
    });
  });

  test('two clients that create the same stream at once both succeed', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const clients = await Promise.all(['a', 'b', 'c'].map((name) => fixture.client(name)));
      await Promise.all(clients.map(({ jetStream }) => jetStream.ensureStream(workQueue)));
    });
    expect(fixture.cluster.streamLeader('work')).toBeDefined();
  });

  test('a work queue keeps until the ack, an interest stream keeps only what somebody wants (T6, T7)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      const { jetStream } = client;
      await jetStream.ensureStream(workQueue);
      await jetStream.ensureStream({
        ...workQueue,
        name: 'news',
        subjects: ['news.>'],
        retention: 'interest',
      });
      expect(await publish(client, 'news.x', 'n1')).toMatchObject({ sequence: 1 });
      expect((await jetStream.streamInfo('news')).messages).toBe(0);
      await jetStream.ensureConsumer('news', durable('one', { filterSubjects: ['news.>'] }));
      await jetStream.ensureConsumer('news', durable('two', { filterSubjects: ['news.x'] }));
      await publish(client, 'news.x', 'n2');
      collect(fixture, client, 'one', (message) => message.ack(), 5_000, 'news');
      await fixture.sleep(100);
      expect((await jetStream.streamInfo('news')).messages).toBe(1);
      collect(fixture, client, 'two', (message) => message.ack(), 5_000, 'news');
      await fixture.sleep(100);
      expect((await jetStream.streamInfo('news')).messages).toBe(0);

      await jetStream.ensureConsumer('work', durable('x'));
      await publish(client, 'work.x', 'w1');
      await fixture.sleep(100);
      expect((await jetStream.streamInfo('work')).messages).toBe(1);
      collect(fixture, client, 'x', (message) => message.ack());
      await fixture.sleep(100);
      expect((await jetStream.streamInfo('work')).messages).toBe(0);
    });
  });

  test('consumers of a work queue never overlap (T7)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const { jetStream } = await fixture.client('a');
      await jetStream.ensureStream(workQueue);
      await jetStream.ensureConsumer('work', durable('x', { filterSubjects: ['work.x.*'] }));
      const ensure = (name: string, ...filterSubjects: string[]) =>
        outcome(jetStream.ensureConsumer('work', durable(name, { filterSubjects })));
      expect(await ensure('y', 'work.x.1')).toBe('conflict');
      expect(await ensure('y', 'work.>')).toBe('conflict');
      expect(await ensure('y', 'work.y', 'work.y')).toBe('invalid');
      expect(await ensure('y')).toBe('invalid');
      expect(await ensure('y', 'work.y', 'work.z')).toBeUndefined();
      expect(await ensure('x', 'work.x.*')).toBeUndefined();
      expect(await jetStream.consumerNames('work')).toEqual(['x', 'y']);
      await jetStream.deleteConsumer('work', 'y');
      expect(await outcome(jetStream.deleteConsumer('work', 'y'))).toBe('not-found');
      expect(await outcome(jetStream.consumerInfo('work', 'y'))).toBe('not-found');
    });
  });

  test('a purge empties, and sequences go on', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(workQueue);
      await publish(client, 'work.x', 'm1');
      await client.jetStream.purgeStream('work');
      expect((await client.jetStream.streamInfo('work')).messages).toBe(0);
      expect(await publish(client, 'work.x', 'm2')).toMatchObject({ sequence: 2 });
    });
  });

  test('one replica lives and dies with its server', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream({ ...workQueue, replicas: 1 });
      expect(await publish(client, 'work.x', 'm1')).toMatchObject({ sequence: 1 });
      const leader = fixture.leader();
      fixture.cluster.killNode(leader);
      await fixture.sleep(30_000);
      expect(await publish(client, 'work.x', 'm2')).toBe('no-responders');
      fixture.cluster.restartNode(leader);
      await fixture.sleep(5_000);
      expect(await publish(client, 'work.x', 'm3')).toMatchObject({ sequence: 2 });
    });
    expect(fixture.stored()).toEqual(['m1', 'm3']);
  });
});

test('stored messages, sequences and duplicates agree with a plain list, however the publishes come', async () => {
  const step = fc.record({ id: fc.integer({ min: 0, max: 9 }), pauseMs: fc.constantFrom(1, 5, 70_000) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const fixture = new Fixture();
      const list: { id: string; atMs: number }[] = [];
      await fixture.run(async () => {
        const client = await fixture.client('a');
        await client.jetStream.ensureStream({ ...workQueue, retention: 'limits' });
        for (const { id, pauseMs } of steps) {
          const messageId = `m${id}`;
          const ack = await client.jetStream.publish('work.x', payload, { messageId, timeoutMs: 1_000 });
          const known = list.findLastIndex(
            (message) => message.id === messageId && fixture.nowMs - message.atMs < 120_000,
          );
          if (known < 0) list.push({ id: messageId, atMs: fixture.nowMs });
          expect(ack).toEqual({
            stream: 'work',
            sequence: known < 0 ? list.length : known + 1,
            duplicate: known >= 0,
          });
          await fixture.sleep(pauseMs);
        }
      });
      expect(fixture.stored()).toEqual(list.map(({ id }) => id));
    }),
    { numRuns: 25, seed: 1 },
  );
});
