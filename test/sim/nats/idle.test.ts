import { expect, test } from 'vitest';
import { collect, durable, Fixture, payload, publish, workQueue } from './fixture.ts';

test('an idle cluster with 1,500 durables, waiting pulls and watches costs no events', async () => {
  const fixture = new Fixture();
  const delivered = await fixture.run(async () => {
    const clients = await Promise.all(Array.from({ length: 15 }, (_, index) => fixture.client(`c${index}`)));
    await clients[0]?.jetStream.ensureStream(workQueue);
    await clients[0]?.connection.createKeyValue({ bucket: 'b', replicas: 3 });
    const deliveries: (readonly unknown[])[] = [];
    for (const [place, client] of clients.entries()) {
      client.connection.keyValue('b').watch({ entry: () => undefined });
      const names = Array.from({ length: 100 }, (_, index) => `d${place}-${index}`);
      await Promise.all(names.map((name) => client.jetStream.ensureConsumer('work', durable(name))));
      for (const name of names) {
        deliveries.push(collect(fixture, client, name, (message) => message.ack()).deliveries);
      }
    }
    return deliveries;
  });
  // Until the dial time-outs of the connections that stand have passed.
  await fixture.kernel.run(fixture.kernel.nowUs + 30_000_000);
  const before = fixture.kernel.events;
  await fixture.kernel.run(fixture.kernel.nowUs + 24 * 3_600_000_000);
  expect(fixture.kernel.events - before).toBe(0);

  // And it is all there: a message to each of them arrives.
  await fixture.run(async () => {
    const client = await fixture.client('late');
    for (let place = 0; place < 15; place++) {
      for (let index = 0; index < 100; index++)
        await publish(client, `work.d${place}-${index}`, `${place}-${index}`);
    }
    await fixture.sleep(100);
  });
  expect(delivered.map((deliveries) => deliveries.length)).toEqual(Array.from({ length: 1_500 }, () => 1));
  expect(fixture.stored()).toEqual([]);
});

test('a lone message reaches a consumer whose leader sits beside a follower that hears of it late', async () => {
  const fixture = new Fixture({ jitterUs: 2_000 });
  await fixture.run(async () => {
    const client = await fixture.client('c');
    await client.jetStream.ensureStream(workQueue);
    const names = Array.from({ length: 9 }, (_, index) => `d${index}`);
    const received = new Map<string, number>();
    for (const name of names) {
      await client.jetStream.ensureConsumer('work', durable(name));
      collect(fixture, client, name, (message) => {
        received.set(name, (received.get(name) ?? 0) + 1);
        message.ack();
      });
    }
    await fixture.sleep(60_000);
    // Nothing that follows may be needed to bring it: the entry and the news of its commit are on their way at once.
    for (let turn = 1; turn <= 60; turn++) {
      for (const name of names) {
        await publish(client, `work.${name}`, `${name}-${turn}`);
        await fixture.sleep(1_000);
        expect([name, received.get(name)]).toEqual([name, turn]);
      }
    }
  });
});

test('a put on a calm cluster costs at most five events, a watch one more', async () => {
  const fixture = new Fixture();
  await fixture.run(async () => {
    const client = await fixture.client('c');
    await client.connection.createKeyValue({ bucket: 'b', replicas: 3 });
    const kv = client.connection.keyValue('b');
    await fixture.sleep(5_000);
    const cost = async (): Promise<number> => {
      const before = fixture.kernel.events;
      for (let turn = 0; turn < 100; turn++) await kv.put('k', payload);
      return (fixture.kernel.events - before) / 100;
    };
    expect(await cost()).toBeLessThanOrEqual(5);
    kv.watch({ entry: () => undefined });
    await fixture.sleep(100);
    expect(await cost()).toBeLessThanOrEqual(6);
  });
});

test('the logs of a calm bucket with lone puts stay as short as what power loss could still take', async () => {
  const fixture = new Fixture();
  await fixture.run(async () => {
    const client = await fixture.client('c');
    await client.connection.createKeyValue({ bucket: 'b', replicas: 3 });
    const kv = client.connection.keyValue('b');
    for (let turn = 0; turn < 30_000; turn++) {
      await kv.put('k', payload);
      await fixture.sleep(40);
    }
  });
  // Two sync periods of 25 puts a second and one step of compaction, of 30,000 puts in all.
  expect(fixture.cluster.inspectStream('KV_b')?.longestLog).toBeLessThan(12_000);
});
