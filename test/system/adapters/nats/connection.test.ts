import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ClientConnector } from '../../../../system/adapters/nats/index.ts';
import { PortError } from '../../../../system/ports/errors.ts';
import type { DeliveredMessage, StreamConfig } from '../../../../system/ports/jetstream.ts';
import type { PulledMessage, PullStatus } from '../../../../system/ports/jetstream-pull.ts';
import type { FullNatsConnection } from '../../../../system/ports/nats-full.ts';
import { describeLive } from '../../../conformance/nats/live-suite.ts';

const payload = new Uint8Array([1, 2, 3]);

const work: StreamConfig = {
  name: 'work',
  subjects: ['work.>'],
  retention: 'workqueue',
  storage: 'file',
  replicas: 3,
  maxAgeMs: 0,
  maxMessages: 3,
  discard: 'new',
  duplicateWindowMs: 120_000,
};

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'ok';
  } catch (error) {
    return error instanceof PortError ? error.code : String(error);
  }
}

async function until(condition: () => boolean, withinMs = 10_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!condition() && performance.now() < end) await sleep(10);
  expect(condition()).toBe(true);
}

/** A cluster that formed just now may lose what it is asked for first; whoever needs it asks again. */
async function persist(act: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (attempt === 4 || !(error instanceof PortError) || error.code !== 'timeout') throw error;
    }
  }
}

function connectTo(url: string): Promise<FullNatsConnection> {
  return new ClientConnector().connect({ url, name: 'test', timeoutMs: 2_000 });
}

describe('without a server', () => {
  test('connect is refused', async () => {
    expect(await codeOf(connectTo('nats://127.0.0.1:1'))).toBe('connection-refused');
  });
});

for (const version of ['2.9.10', '2.12.15'] as const) {
  await describeLive('the adapter', version, (cluster) => {
    test('publishes, refuses, delivers, settles', async () => {
      const connection = await connectTo(cluster().urls.join(','));
      const { jetStream } = connection;
      expect(connection.clusterName).toBe('conformance');
      // A cluster that formed just now may still say that it has no leader.
      await expect.poll(() => codeOf(jetStream.streamInfo('work')), { timeout: 5_000 }).toBe('not-found');
      expect(await codeOf(jetStream.publish('nobody', payload, { messageId: 'x', timeoutMs: 2_000 }))).toBe(
        'no-responders',
      );
      await persist(() => jetStream.ensureStream(work));
      await jetStream.ensureStream(work);
      expect((await jetStream.streamInfo('work')).config).toEqual(work);
      const publish = (messageId: string) =>
        jetStream.publish('work.a', payload, { messageId, timeoutMs: 2_000 });
      expect(await publish('1')).toEqual({ stream: 'work', sequence: 1, duplicate: false });
      expect(await publish('1')).toEqual({ stream: 'work', sequence: 1, duplicate: true });
      await publish('2');
      await publish('3');
      expect(await codeOf(publish('4'))).toBe('stream-full');
      await jetStream.ensureConsumer('work', {
        durable: 'a',
        filterSubjects: ['work.a'],
        ackWaitMs: 30_000,
        maxDeliver: -1,
        maxAckPending: 100,
        replicas: 3,
      });
      const seen: DeliveredMessage[] = [];
      let missing = 0;
      const consumption = jetStream.consume(
        'work',
        'a',
        { maxMessages: 10, expiresMs: 2_000 },
        { message: (message) => seen.push(message), missing: () => missing++ },
      );
      await until(() => seen.length === 3);
      const [first, second, third] = seen;
      expect([first?.messageId, first?.streamSequence, first?.deliveryCount, first?.payload]).toEqual([
        '1',
        1,
        1,
        payload,
      ]);
      expect(await first?.ackConfirmed(2_000)).toBe(true);
      second?.nak();
      await until(() => seen.length === 4);
      expect(seen[3]?.deliveryCount).toBe(2);
      third?.terminate('bad');
      seen[3]?.ack();
      await expect
        .poll(async () => (await jetStream.streamInfo('work')).messages, { timeout: 5_000 })
        .toBe(0);
      expect(await jetStream.consumerNames('work')).toEqual(['a']);
      await jetStream.deleteConsumer('work', 'a');
      await until(() => consumption.stopped);
      expect(missing).toBe(1);
      expect(await codeOf(jetStream.consumerInfo('work', 'a'))).toBe('not-found');
      await connection.close();
    });

    test('keeps buckets', async () => {
      const connection = await connectTo(cluster().url(0));
      await persist(() => connection.createKeyValue({ bucket: 'b', replicas: 3 }));
      await connection.createKeyValue({ bucket: 'b', replicas: 3 });
      expect(await codeOf(connection.createKeyValue({ bucket: 'b', replicas: 3, ttlMs: 5_000 }))).toBe(
        'conflict',
      );
      const bucket = connection.keyValue('b');
      const seen: string[] = [];
      const watch = bucket.watch({
        entry: ({ key, revision, operation }) => seen.push(`${operation} ${key} ${revision}`),
        initialised: () => seen.push('initialised'),
      });
      await until(() => seen.length === 1);
      expect(await bucket.create('k', payload)).toBe(1);
      expect(await codeOf(bucket.create('k', payload))).toBe('wrong-revision');
      expect(await codeOf(bucket.update('k', payload, 7))).toBe('wrong-revision');
      expect(await bucket.update('k', payload, 1)).toBe(2);
      expect(await bucket.put('other.key', payload)).toBe(3);
      await sleep(300);
      expect(await bucket.get('k')).toEqual({ key: 'k', value: payload, revision: 2, operation: 'put' });
      await bucket.delete('k', 2);
      await sleep(300);
      expect(await bucket.get('k')).toBeUndefined();
      expect((await bucket.entries()).map(({ key, revision }) => [key, revision])).toEqual([
        ['other.key', 3],
      ]);
      expect(await bucket.create('k', payload)).toBe(5);
      await until(() => seen.length === 6);
      watch.stop();
      expect(seen).toEqual(['initialised', 'put k 1', 'put k 2', 'put other.key 3', 'delete k 4', 'put k 5']);
      await connection.close();
    });

    test('pulls, with statuses in the server’s words', async () => {
      const connection = await connectTo(cluster().url(1));
      const { management, publisher, puller } = connection;
      await management.createStream({ name: 'log', subjects: ['log.>'] });
      await management.createConsumer('log', { name: 'c', durable: true, ack: 'explicit' });
      await publisher.publish('log.a', payload, { timeoutMs: 2_000, headers: { Colour: 'blue' } });
      const messages: PulledMessage[] = [];
      const statuses: PullStatus[] = [];
      puller.pull(
        'log',
        'c',
        { batch: 2, expiresMs: 200 },
        { message: (message) => messages.push(message), status: (status) => statuses.push(status) },
      );
      await until(() => statuses.length === 1);
      expect(statuses).toEqual([
        { status: 408, description: 'Request Timeout', pendingMessages: 1, pendingBytes: 0 },
      ]);
      const [message] = messages;
      expect([message?.subject, message?.sequence, message?.headers, message?.pending]).toEqual([
        'log.a',
        1,
        { Colour: 'blue' },
        0,
      ]);
      message?.acknowledge({ kind: 'ack' });
      await sleep(50);
      expect((await management.consumer('log', 'c')).ackFloor.streamSequence).toBe(1);
      const wrong = publisher.publish('log.a', payload, { timeoutMs: 2_000, expectedLastSequence: 9 });
      await expect(wrong).rejects.toMatchObject({
        code: 'wrong-revision',
        server: { status: 400, errorCode: 10071, description: 'wrong last sequence: 1' },
      });
      await connection.close();
    });

    test('comes back when its server does', async () => {
      const connection = await connectTo(cluster().url(2));
      const seen: string[] = [];
      connection.onStatus((status) => seen.push(status));
      await cluster().kill(2);
      await until(() => seen.includes('disconnected'));
      cluster().restart(2);
      await until(() => seen.includes('connected'), 20_000);
      expect(connection.status()).toBe('connected');
      await connection.close();
    });
  });
}
