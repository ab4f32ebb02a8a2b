import { describe, expect, test } from 'vitest';
import { nats212, nats2910 } from '../../../sim/nats/index.ts';
import { collect, durable, Fixture, publish, workQueue } from './fixture.ts';

describe('deliveries', () => {
  test('stop at the limit of pending acks; redeliveries come first and do not count (T9)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(workQueue);
      await client.jetStream.ensureConsumer(
        'work',
        durable('x', { maxAckPending: 3, ackWaitMs: 2_000, maxDeliver: 2 }),
      );
      for (const id of ['1', '2', '3', '4', '5', '6']) await publish(client, 'work.x', id);
      const startMs = fixture.nowMs;
      const { deliveries } = collect(fixture, client, 'x', () => undefined);
      await fixture.sleep(1_000);
      expect(deliveries.map(({ id, count }) => `${id}:${count}`)).toEqual(['1:1', '2:1', '3:1']);
      expect(await client.jetStream.consumerInfo('work', 'x')).toEqual({
        durable: 'x',
        pending: 3,
        ackPending: 3,
        redelivered: 0,
      });
      await fixture.sleep(2_000);
      expect(deliveries.slice(3).map(({ id, count }) => `${id}:${count}`)).toEqual(['1:2', '2:2', '3:2']);
      expect((deliveries[3]?.atMs ?? 0) - startMs).toBeGreaterThanOrEqual(2_000);
      expect((deliveries[3]?.atMs ?? 0) - startMs).toBeLessThan(2_020);
      // The second expiry ends the first three; only then there is room for the others.
      await fixture.sleep(20_000);
      expect(deliveries.slice(6).map(({ id, count }) => `${id}:${count}`)).toEqual([
        '4:1',
        '5:1',
        '6:1',
        '4:2',
        '5:2',
        '6:2',
      ]);
      expect(await client.jetStream.consumerInfo('work', 'x')).toMatchObject({
        pending: 0,
        ackPending: 0,
        redelivered: 6,
      });
    });
  });

  test('nak at once and later, progress, termination (T10)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(workQueue);
      await client.jetStream.ensureConsumer('work', durable('x', { ackWaitMs: 2_000 }));
      let turn = 0;
      const { deliveries } = collect(fixture, client, 'x', (message) => {
        turn++;
        switch (turn) {
          case 1:
            message.nak();
            return;
          case 2:
            message.nak(1_000);
            return;
          case 3:
            for (const afterMs of [1_500, 3_000, 4_500]) {
              client.process.after(afterMs, () => message.inProgress());
            }
            return;
          default:
            message.terminate('enough');
        }
      });
      await publish(client, 'work.x', 'm');
      await fixture.sleep(20_000);
      const at = deliveries.map(({ atMs }) => atMs - (deliveries[0]?.atMs ?? 0));
      expect(deliveries.map(({ count }) => count)).toEqual([1, 2, 3, 4]);
      expect(at[1]).toBeLessThan(10);
      expect(at[2]).toBeGreaterThanOrEqual(1_000);
      expect(at[2]).toBeLessThan(1_020);
      expect((at[3] ?? 0) - (at[2] ?? 0)).toBeGreaterThanOrEqual(6_500);
      expect((at[3] ?? 0) - (at[2] ?? 0)).toBeLessThan(6_520);
    });
    expect(fixture.stored()).toEqual([]);
  });

  test('acks in any order settle what they name (T11)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(workQueue);
      await client.jetStream.ensureConsumer('work', durable('x'));
      const acks: (() => void)[] = [];
      collect(fixture, client, 'x', (message) => acks.push(() => message.ack()));
      for (const id of ['1', '2', '3']) await publish(client, 'work.x', id);
      await fixture.sleep(50);
      const left: string[][] = [];
      for (const place of [2, 0, 1]) {
        acks[place]?.();
        await fixture.sleep(50);
        left.push(fixture.stored());
      }
      expect(left).toEqual([['1', '2'], ['2'], []]);
    });
  });

  test('a changed filter never rewinds the cursor (T12)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(workQueue);
      await client.jetStream.ensureConsumer('work', durable('x', { filterSubjects: ['work.a'] }));
      const { deliveries } = collect(fixture, client, 'x', (message) => message.ack());
      await publish(client, 'work.b', 'b1');
      await publish(client, 'work.a', 'a1');
      await fixture.sleep(100);
      await client.jetStream.ensureConsumer('work', durable('x', { filterSubjects: ['work.b'] }));
      await fixture.sleep(100);
      await publish(client, 'work.b', 'b2');
      await fixture.sleep(100);
      expect(deliveries.map(({ id }) => id)).toEqual(['a1', 'b2']);
      expect(await client.jetStream.consumerInfo('work', 'x')).toMatchObject({ pending: 0 });
    });
    expect(fixture.stored()).toEqual(['b1']);
  });

  test('go round the clients that wait, and one subject goes to one durable', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const clients = await Promise.all(['a', 'b'].map((name) => fixture.client(name)));
      const [first] = clients;
      if (first === undefined) return;
      await first.jetStream.ensureStream(workQueue);
      await first.jetStream.ensureConsumer('work', durable('x', { filterSubjects: ['work.x', 'work.y'] }));
      const collected = clients.map((client) => collect(fixture, client, 'x', (message) => message.ack()));
      await fixture.sleep(100);
      for (let turn = 0; turn < 10; turn++)
        await publish(first, turn % 2 === 0 ? 'work.x' : 'work.y', `${turn}`);
      await fixture.sleep(100);
      expect(collected.map(({ deliveries }) => deliveries.length)).toEqual([5, 5]);
    });
  });
});

describe('acks', () => {
  test('are confirmed, also again where the first confirmation got lost', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(workQueue);
      await client.jetStream.ensureConsumer('work', durable('x'));
      const words: boolean[] = [];
      const { deliveries } = collect(fixture, client, 'x', (message) => {
        void message.ackConfirmed(2_000).then(async (first) => {
          words.push(first);
          if (!first) words.push(await message.ackConfirmed(2_000));
        });
      });
      await publish(client, 'work.x', '1');
      await fixture.sleep(100);
      expect(words).toEqual([true]);
      const impairment = fixture.cluster.impairAcks({ lossRate: 1, delayMs: 0 });
      await publish(client, 'work.x', '2');
      await fixture.sleep(1_000);
      impairment.lift();
      await fixture.sleep(2_000);
      expect(words).toEqual([true, false, true]);
      expect(impairment.hits).toBe(1);
      expect(deliveries).toHaveLength(2);
    });
    expect(fixture.stored()).toEqual([]);
  });

  test('that are lost lead to redelivery, those that are late count when they come', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(workQueue);
      await client.jetStream.ensureConsumer('work', durable('x', { ackWaitMs: 5_000 }));
      const { deliveries } = collect(fixture, client, 'x', (message) => message.ack());
      const lost = fixture.cluster.impairAcks({ lossRate: 1, delayMs: 0 });
      await publish(client, 'work.x', '1');
      await fixture.sleep(1_000);
      lost.lift();
      await fixture.sleep(6_000);
      expect(deliveries.map(({ id, count }) => `${id}:${count}`)).toEqual(['1:1', '1:2']);
      expect(lost.hits).toBe(1);
      const late = fixture.cluster.impairAcks({ lossRate: 0, delayMs: 3_000 });
      await publish(client, 'work.x', '2');
      await fixture.sleep(2_900);
      expect(fixture.stored()).toEqual(['2']);
      await fixture.sleep(200);
      expect(fixture.stored()).toEqual([]);
      expect(late.hits).toBe(1);
      await fixture.sleep(10_000);
      expect(deliveries).toHaveLength(3);
    });
  });

  test('of a message delivered before its delivery is replicated count as well (2.9)', async () => {
    const fixture = new Fixture({ profile: nats2910 });
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(workQueue);
      await client.jetStream.ensureConsumer('work', durable('x'));
      const { deliveries } = collect(fixture, client, 'x', (message) => message.ack());
      for (let turn = 0; turn < 20; turn++) await publish(client, 'work.x', `${turn}`);
      await fixture.sleep(40_000);
      expect(deliveries.map(({ count }) => count)).toEqual(Array.from({ length: 20 }, () => 1));
    });
    expect(fixture.stored()).toEqual([]);
  });
});

describe('a pull', () => {
  test('on a durable that is missing or gets deleted ends with that word (T25)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      const { jetStream } = client;
      await jetStream.ensureStream(workQueue);
      const missing: string[] = [];
      const consume = (name: string) =>
        jetStream.consume(
          'work',
          name,
          { maxMessages: 1, expiresMs: 5_000 },
          { message: () => undefined, missing: () => missing.push(name) },
        );
      const never = consume('never');
      await fixture.sleep(100);
      expect(missing).toEqual(['never']);
      expect(never.stopped).toBe(true);
      await jetStream.ensureConsumer('work', durable('x'));
      const deleted = consume('x');
      await fixture.sleep(100);
      expect(deleted.stopped).toBe(false);
      await jetStream.deleteConsumer('work', 'x');
      await fixture.sleep(100);
      expect(missing).toEqual(['never', 'x']);
      expect(deleted.stopped).toBe(true);
    });
  });

  test('at a server that ends in order is told so, but for consumers that were given replicas', async () => {
    for (const [replicas, told] of [
      [0, ['409 Server Shutdown', '409 Leadership Change']],
      [3, ['409 Leadership Change']],
    ] as const) {
      const fixture = new Fixture();
      await fixture.run(async () => {
        const client = await fixture.client('a');
        const { management } = client.connection;
        await management.createStream({ name: 'work', subjects: ['work.>'], replicas: 3 });
        await management.createConsumer('work', { name: 'x', durable: true, ack: 'explicit', replicas });
        const leader = fixture.cluster.consumerLeader('work', 'x') ?? 0;
        const beside = await fixture.client('b', (leader + 1) % 3);
        const words: string[] = [];
        beside.connection.puller.pull(
          'work',
          'x',
          { batch: 2, expiresMs: 30_000 },
          {
            message: () => undefined,
            status: ({ status, description }) => words.push(`${status} ${description}`),
          },
        );
        await fixture.sleep(500);
        fixture.cluster.shutDownNode(leader);
        await fixture.sleep(100);
        expect(words).toEqual(told);
      });
    }
  });

  test('from a consumer that nobody leads is answered 503, by silence on 2.9', async () => {
    for (const [profile, told] of [
      [nats212, ['503']],
      [nats2910, []],
    ] as const) {
      const fixture = new Fixture({ profile });
      await fixture.run(async () => {
        const client = await fixture.client('a');
        const { management } = client.connection;
        await management.createStream({ name: 'work', subjects: ['work.>'], replicas: 3 });
        await management.createConsumer('work', { name: 'x', durable: true, ack: 'explicit' });
        const leader = fixture.cluster.consumerLeader('work', 'x') ?? 0;
        const beside = await fixture.client('b', (leader + 1) % 3);
        fixture.cluster.killNode(leader);
        await fixture.sleep(100);
        const words: string[] = [];
        beside.connection.puller.pull(
          'work',
          'x',
          { batch: 1, expiresMs: 1_000 },
          { message: () => undefined, status: ({ status }) => words.push(String(status)) },
        );
        await fixture.sleep(500);
        expect(words).toEqual(told);
      });
    }
  });

  test('that is withdrawn gets nothing more, and the messages stay for others', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(workQueue);
      await client.jetStream.ensureConsumer('work', durable('x'));
      const first = collect(fixture, client, 'x', (message) => message.ack());
      await publish(client, 'work.x', '1');
      await fixture.sleep(100);
      await first.consumption.stop();
      await publish(client, 'work.x', '2');
      await fixture.sleep(1_000);
      expect(first.deliveries.map(({ id }) => id)).toEqual(['1']);
      const second = collect(fixture, client, 'x', (message) => message.ack());
      await fixture.sleep(100);
      expect(second.deliveries.map(({ id, count }) => `${id}:${count}`)).toEqual(['2:1']);
    });
  });

  test('of a silent client takes messages only until its pull would have ended', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const frozen = await fixture.client('frozen');
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(workQueue);
      await client.jetStream.ensureConsumer('work', durable('x', { ackWaitMs: 60_000 }));
      const taken = collect(fixture, frozen, 'x', (message) => message.ack());
      await fixture.sleep(100);
      frozen.process.freeze();
      await publish(client, 'work.x', '1');
      await fixture.sleep(6_000);
      await publish(client, 'work.x', '2');
      await fixture.sleep(100);
      const other = collect(fixture, client, 'x', (message) => message.ack());
      await fixture.sleep(1_000);
      expect(taken.deliveries).toEqual([]);
      expect(other.deliveries.map(({ id }) => id)).toEqual(['2']);
      frozen.process.resume();
      await fixture.sleep(100);
      expect(taken.deliveries.map(({ id }) => id)).toEqual(['1']);
    });
    expect(fixture.stored()).toEqual([]);
  });
});
