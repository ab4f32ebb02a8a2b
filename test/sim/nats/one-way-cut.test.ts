import { expect, test } from 'vitest';
import { collect, durable, Fixture, publish, workQueue } from './fixture.ts';

test('a client that is heard but hears nothing pulls again at the pace of its heartbeats', async () => {
  const fixture = new Fixture();
  const { kernel, network } = fixture;
  const { events, deliveries } = await fixture.run(async () => {
    const consumer = await fixture.client('consumer');
    const publisher = await fixture.client('publisher');
    await publisher.jetStream.ensureStream(workQueue);
    await consumer.jetStream.ensureConsumer('work', durable('d', { maxAckPending: 1 }));
    const { deliveries: got } = collect(fixture, consumer, 'd', (message) => message.ack());
    await fixture.sleep(5_000);
    const servers = fixture.cluster.nodes.map(({ host }) => host);
    const cut = network.impose({ cut: true }, servers, [consumer.host]);
    const before = kernel.events;
    for (let sequence = 0; sequence < 3; sequence++) {
      await fixture.sleep(30_000);
      await publish(publisher, 'work.d', `m${sequence}`);
    }
    await fixture.sleep(90_000);
    const spent = kernel.events - before;
    network.lift(cut);
    await fixture.sleep(120_000);
    return { events: spent, deliveries: got };
  });
  expect(events).toBeLessThan(300);
  expect(deliveries.length).toBeGreaterThanOrEqual(3);
  expect(fixture.stored()).toEqual([]);
});
