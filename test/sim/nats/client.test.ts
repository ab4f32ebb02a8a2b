import { describe, expect, test } from 'vitest';
import { collect, durable, Fixture, outcome, payload, publish, workQueue } from './fixture.ts';

describe('a connection', () => {
  test('is refused where nobody listens, and times out where nobody answers', async () => {
    const fixture = new Fixture();
    const { process, host } = fixture.process('c');
    const connector = fixture.directory.connectorFor(process, host);
    const connect = (url: string, timeoutMs = 3_000) =>
      outcome(connector.connect({ url, name: 'c', timeoutMs }).then(() => 'connected'));
    await fixture.run(async () => {
      expect(await connect('nats://elsewhere:4222')).toBe('connection-refused');
      expect(await connect('nats://nats-blue:4222')).toBe('connected');
      for (const index of [0, 1, 2]) fixture.cluster.killNode(index);
      expect(await connect('nats://nats-blue:4222')).toBe('connection-refused');
      for (const index of [0, 1, 2]) fixture.cluster.powerLoss(index);
      const startMs = fixture.nowMs;
      for (const index of [0, 1, 2]) fixture.network.hostDown(fixture.host(index));
      expect(await connect('nats://nats-blue:4222')).toBe('timeout');
      expect(fixture.nowMs - startMs).toBe(3_000);
    });
  });

  test('spreads over the servers, and knows the name of its cluster', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const clients = await Promise.all(
        Array.from({ length: 30 }, (_, index) => fixture.client(`c${index}`)),
      );
      expect(clients[0]?.connection.clusterName).toBe('nats-blue');
      const counts = [0, 1, 2].map(
        (index) => clients.filter(({ process }) => fixture.serverOf(process) === index).length,
      );
      for (const count of counts) expect(count).toBeGreaterThan(3);
    });
  });

  test('moves to another server when its own is killed, and says so', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('c');
      const words: string[] = [];
      client.connection.onStatus((status) => words.push(`${status} ${client.connection.status()}`));
      const own = fixture.serverOf(client.process) ?? 0;
      fixture.cluster.killNode(own);
      await fixture.sleep(100);
      expect(words).toEqual(['disconnected disconnected', 'connected connected']);
      expect(fixture.serverOf(client.process)).not.toBe(own);
    });
  });

  test('tries for ever, 2 s between two dials of a server, and comes back (jetstream I72)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('c');
      for (const index of [0, 1, 2]) fixture.cluster.killNode(index);
      await fixture.sleep(3_600_000);
      expect(client.connection.status()).toBe('disconnected');
      fixture.cluster.restartNode(1);
      await fixture.sleep(2_200);
      expect(client.connection.status()).toBe('connected');
    }, 4_000_000);
  });

  test('is given up after two unanswered pings of 2 min, not earlier (jetstream I72)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('c');
      const own = fixture.serverOf(client.process) ?? 0;
      const changes: number[] = [];
      client.connection.onStatus(() => changes.push(fixture.nowMs));
      const startMs = fixture.nowMs;
      fixture.cluster.pauseNode(own);
      await fixture.sleep(400_000);
      expect((changes[0] ?? 0) - startMs).toBeGreaterThan(240_000);
      expect((changes[0] ?? 0) - startMs).toBeLessThan(360_100);
      expect(client.connection.status()).toBe('connected');
      expect(fixture.serverOf(client.process)).not.toBe(own);
    });
  });

  test('lets requests under way run to their own time-out, and drops what was asked for before the dial (jetstream I73, I74)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('c');
      await client.jetStream.ensureStream(workQueue);
      for (const index of [0, 1, 2]) fixture.cluster.pauseNode(index);
      const startMs = fixture.nowMs;
      const waiting = publish(client, 'work.x', 'm1', 4_000);
      for (const index of [0, 1, 2]) fixture.cluster.killNode(index);
      expect(await waiting).toBe('timeout');
      expect(fixture.nowMs - startMs).toBe(4_000);
      expect(await publish(client, 'work.x', 'm2', 4_000)).toBe('timeout');
      for (const index of [0, 1, 2]) fixture.cluster.restartNode(index);
      await fixture.sleep(30_000);
      expect(await publish(client, 'work.x', 'm3')).toMatchObject({ duplicate: false });
    });
    expect(fixture.stored()).toEqual(['m3']);
  });

  test('that its owner closes fails what waits, and ends pulls and watches', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('c');
      const other = await fixture.client('o');
      await client.jetStream.ensureStream(workQueue);
      await client.jetStream.ensureConsumer('work', durable('x'));
      const { deliveries } = collect(fixture, client, 'x', (message) => message.ack());
      const waiting = publish(client, 'work.y', 'm1');
      await client.connection.close();
      expect(await waiting).toBe('disconnected');
      expect(await publish(client, 'work.y', 'm2')).toBe('disconnected');
      await publish(other, 'work.x', 'm3');
      await fixture.sleep(1_000);
      expect(deliveries).toEqual([]);
      const late = collect(fixture, other, 'x', (message) => message.ack());
      await fixture.sleep(100);
      expect(late.deliveries.map(({ id, count }) => `${id}:${count}`)).toEqual(['m3:1']);
    });
  });
});

describe('a client process', () => {
  test('that is killed never resumes, and its messages go to others', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const doomed = await fixture.client('doomed');
      const other = await fixture.client('other');
      await doomed.jetStream.ensureStream(workQueue);
      await doomed.connection.createKeyValue({ bucket: 'b', replicas: 3 });
      await doomed.jetStream.ensureConsumer('work', durable('x', { ackWaitMs: 5_000 }));
      const resumed: string[] = [];
      const taken = collect(fixture, doomed, 'x', () => undefined);
      doomed.connection.keyValue('b').watch({ entry: () => resumed.push('watch') });
      doomed.connection.onStatus((status) => resumed.push(status));
      await publish(other, 'work.x', '1');
      await fixture.sleep(50);
      expect(taken.deliveries).toHaveLength(1);
      void outcome(doomed.jetStream.publish('work.y', payload, { messageId: 'y', timeoutMs: 100 })).then(() =>
        resumed.push('publish'),
      );
      doomed.process.kill();
      fixture.network.closeAllOf(doomed.process, doomed.host);
      await publish(other, 'work.x', '2');
      await other.connection.keyValue('b').put('k', payload);
      const given = collect(fixture, other, 'x', (message) => message.ack());
      await fixture.sleep(20_000);
      expect(resumed).toEqual([]);
      expect(taken.deliveries).toHaveLength(1);
      expect(given.deliveries.map(({ id, count }) => `${id}:${count}`)).toEqual(['2:1', '1:2']);
    });
  });
});
