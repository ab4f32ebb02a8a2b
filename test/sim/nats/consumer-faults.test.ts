import { describe, expect, test } from 'vitest';
import { nats212, nats2910, type ReleaseDefect } from '../../../sim/nats/index.ts';
import type { ConsumerSettings } from '../../../system/ports/jetstream-management.ts';
import {
  collect,
  durable,
  Fixture,
  publish,
  workQueue,
  type FixtureOptions,
  type TestClient,
} from './fixture.ts';

const log = { ...workQueue, retention: 'limits', maxMessages: -1 } as const;

function withDefect(defect: ReleaseDefect): FixtureOptions {
  return { profile: { ...nats212, defects: new Set([defect]) }, seed: 2n };
}

async function prepared(fixture: Fixture, settings: Partial<ConsumerSettings> = {}): Promise<TestClient> {
  const client = await fixture.client('a');
  await client.jetStream.ensureStream(log);
  await client.connection.management.createConsumer('work', {
    name: 'x',
    durable: true,
    ack: 'explicit',
    ackWaitMs: 10_000,
    ...settings,
  });
  await fixture.sleep(2_000);
  return client;
}

async function publishAll(client: TestClient, count: number, subject = 'work.x'): Promise<void> {
  for (let turn = 0; turn < count; turn++) await publish(client, subject, `${subject} ${turn}`);
}

describe('consumers', () => {
  test('2.9 delivers before it replicates: a lost leader makes a first delivery twice (C2)', async () => {
    const counts: Record<string, number[]> = { '2.9.10': [], '2.12': [] };
    for (const profile of [nats2910, nats212]) {
      for (const seed of [1n, 2n, 3n, 4n, 5n, 6n]) {
        const fixture = new Fixture({ profile, seed });
        await fixture.run(async () => {
          const client = await prepared(fixture, { filterSubjects: ['work.x'] });
          const leader = fixture.cluster.consumerLeader('work', 'x') ?? -1;
          const consumer = await fixture.client('c', leader);
          const { deliveries } = collect(fixture, consumer, 'x', () => undefined, 2_000);
          await fixture.sleep(1_000);
          // The consumer's leader hears of the message, and nobody hears of the delivery any more.
          if (fixture.leader() === leader) fixture.cluster.stepDown('work');
          await fixture.sleep(3_000);
          const others = [0, 1, 2].filter((index) => index !== leader).map((index) => fixture.host(index));
          await publish(client, 'work.x', 'm');
          const condition = fixture.network.impose({ cut: true }, [fixture.host(leader)], others);
          await fixture.sleep(300);
          fixture.cluster.killNode(leader);
          fixture.network.lift(condition);
          await fixture.sleep(60_000);
          counts[profile.version]?.push(
            ...deliveries.filter(({ count }) => count === 1).map(() => deliveries.length),
          );
        });
      }
    }
    expect(counts['2.12']?.every((count) => count >= 1)).toBe(true);
    expect(counts['2.9.10']?.length).toBeGreaterThanOrEqual(6);
  });

  test('an acknowledgement of the future moves the cursor, in some releases (C3)', async () => {
    for (const [options, pending] of [
      [{ seed: 2n }, 5],
      [withDefect('ack-jumps-cursor'), 1],
    ] as const) {
      const fixture = new Fixture(options);
      await fixture.run(async () => {
        const client = await prepared(fixture);
        await publishAll(client, 5);
        for (const other of fixture.cluster.clients) {
          other.send({
            kind: 'ack',
            stream: 'work',
            consumer: 'x',
            sequence: 4,
            consumerSequence: 4,
            deliveryCount: 1,
            verb: 'ack',
            delayUs: 0,
            more: undefined,
            call: undefined,
          });
        }
        await fixture.sleep(500);
        expect((await client.jetStream.consumerInfo('work', 'x')).pending).toBe(pending);
      });
    }
  });

  test('a new leader never redelivers, in some releases (C4); a deaf one delivers nothing (C14)', async () => {
    for (const [options, again] of [
      [{ seed: 2n }, 2],
      [withDefect('ack-queue-leak'), 1],
    ] as const) {
      const fixture = new Fixture(options);
      await fixture.run(async () => {
        const client = await prepared(fixture);
        const { deliveries } = collect(
          fixture,
          client,
          'x',
          (m) => (m.deliveryCount > 1 ? m.ack() : undefined),
          2_000,
        );
        await publishAll(client, 1);
        await fixture.sleep(500);
        fixture.cluster.stepDownConsumer('work', 'x');
        await fixture.sleep(60_000);
        expect(deliveries).toHaveLength(again);
        expect(fixture.cluster.deafenConsumer('work', 'x')).toBe(true);
        await publish(client, 'work.x', 'unheard');
        await fixture.sleep(30_000);
        expect(deliveries).toHaveLength(again);
        fixture.cluster.stepDownConsumer('work', 'x');
        await fixture.sleep(30_000);
        expect(deliveries.map(({ id }) => id)).toContain('unheard');
      });
    }
  });

  test('the end of deliveries is not replicated on 2.9: a new leader counts them again (C5)', async () => {
    for (const [profile, unacknowledged] of [
      [nats2910, 1],
      [nats212, 0],
    ] as const) {
      const fixture = new Fixture({ profile, seed: 1n });
      await fixture.run(async () => {
        const client = await prepared(fixture, { maxDeliver: 1, ackWaitMs: 1_000 });
        const { consumption } = collect(fixture, client, 'x', () => undefined, 2_000);
        await publishAll(client, 1);
        await fixture.sleep(5_000);
        await consumption.stop();
        fixture.cluster.stepDownConsumer('work', 'x');
        await fixture.sleep(300);
        expect((await client.jetStream.consumerInfo('work', 'x')).ackPending).toBe(unacknowledged);
      });
    }
  });

  test('after the last delivery a work queue keeps the message for nobody (C7)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(workQueue);
      await client.jetStream.ensureConsumer('work', durable('x', { maxDeliver: 2, ackWaitMs: 1_000 }));
      const { deliveries } = collect(fixture, client, 'x', () => undefined);
      await publish(client, 'work.x', 'm');
      await fixture.sleep(20_000);
      expect(deliveries.map(({ count }) => count)).toEqual([1, 2]);
      expect(fixture.stored()).toEqual(['m']);
      expect(fixture.cluster.advisories.count('max-deliveries')).toBe(1);
    });
  });

  test('after a filter update the next leader matches nothing, in some releases (C9)', async () => {
    for (const [options, got] of [
      [{ seed: 2n }, 1],
      [withDefect('filters-lost'), 0],
    ] as const) {
      const fixture = new Fixture(options);
      await fixture.run(async () => {
        const client = await prepared(fixture, { filterSubjects: ['work.a'] });
        await client.jetStream.ensureConsumer(
          'work',
          durable('x', { filterSubjects: ['work.b'], ackWaitMs: 10_000, maxAckPending: 1_000, replicas: 3 }),
        );
        fixture.cluster.stepDownConsumer('work', 'x');
        await fixture.sleep(2_000);
        const { deliveries } = collect(fixture, client, 'x', (message) => message.ack());
        await publish(client, 'work.b', 'm');
        await fixture.sleep(20_000);
        expect(deliveries).toHaveLength(got);
      });
    }
  });

  test('a purge of one filter passes over the messages of the others (C10); 2.9 does so without filters too (C11)', async () => {
    for (const [options, filterSubjects, got] of [
      [{ seed: 2n }, ['work.a', 'work.b'], []],
      [{ seed: 2n }, [], ['work.b 0']],
      [{ seed: 2n, profile: nats2910 }, [], []],
    ] as const) {
      const fixture = new Fixture(options);
      await fixture.run(async () => {
        const client = await prepared(fixture, { filterSubjects });
        await publishAll(client, 1, 'work.b');
        await publishAll(client, 2, 'work.a');
        await client.connection.management.purge('work', { subject: 'work.a' });
        const { deliveries } = collect(fixture, client, 'x', (message) => message.ack());
        await fixture.sleep(1_000);
        expect(deliveries.map(({ id }) => id)).toEqual(got);
      });
    }
  });

  test('2.9 tells of an ack floor that its replicas have not got (C12); a redelivered message holds it, in some releases (C13)', async () => {
    for (const [options, floor] of [
      [{ seed: 2n }, 1],
      [withDefect('floor-after-redelivery'), 0],
    ] as const) {
      const fixture = new Fixture(options);
      await fixture.run(async () => {
        const client = await prepared(fixture, { ackWaitMs: 2_000 });
        await publishAll(client, 2);
        collect(fixture, client, 'x', (m) =>
          m.deliveryCount === 2 && m.streamSequence === 1 ? m.ack() : undefined,
        );
        await fixture.sleep(3_000);
        const { ackFloor } = await client.connection.management.consumer('work', 'x');
        expect(ackFloor.streamSequence).toBe(floor);
      });
    }
    const fixture = new Fixture({ profile: nats2910, seed: 1n });
    await fixture.run(async () => {
      const setup = await prepared(fixture);
      await publishAll(setup, 2);
      const leader = fixture.cluster.consumerLeader('work', 'x') ?? -1;
      const client = await fixture.client('c', leader);
      const outside = await fixture.client('d', (leader + 1) % 3);
      fixture.isolate([leader]);
      collect(fixture, client, 'x', (message) => message.ack());
      await fixture.sleep(500);
      const before = await client.connection.management.consumer('work', 'x');
      expect(before.ackFloor.streamSequence).toBe(2);
      await fixture.sleep(20_000);
      const after = await outside.connection.management.consumer('work', 'x');
      expect(after.ackFloor.streamSequence).toBe(0);
    });
  });

  test('what was acknowledged stays while nobody can be told to remove it, and goes in the end (C15)', async () => {
    const fixture = new Fixture({ seed: 4n });
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(workQueue);
      await client.jetStream.ensureConsumer('work', durable('x'));
      await publish(client, 'work.x', 'm');
      while (fixture.leader() === fixture.cluster.consumerLeader('work', 'x')) {
        fixture.cluster.stepDown('work');
        await fixture.sleep(3_000);
      }
      const home = fixture.cluster.consumerLeader('work', 'x') ?? -1;
      fixture.cluster.forgetInterest(home, fixture.leader());
      const { deliveries } = collect(fixture, client, 'x', (message) => message.ack());
      await fixture.sleep(5_000);
      expect(deliveries).toHaveLength(1);
      expect(fixture.stored()).toEqual(['m']);
      fixture.cluster.stepDown('work');
      await fixture.sleep(200_000);
      expect(fixture.stored()).toEqual([]);
    });
  });

  test('a consumer leader lost mid-delivery: nothing is lost, and what was not replicated comes again', async () => {
    for (const profile of [nats212, nats2910]) {
      for (const seed of [1n, 2n, 3n]) {
        const fixture = new Fixture({ profile, seed });
        await fixture.run(async () => {
          const client = await prepared(fixture, { ackWaitMs: 5_000, filterSubjects: ['work.x'] });
          const { deliveries } = collect(
            fixture,
            client,
            'x',
            (message) => {
              client.process.after(50, () => message.ack());
            },
            2_000,
          );
          for (let turn = 0; turn < 40; turn++) {
            void publish(client, 'work.x', String(turn), 10_000);
            await fixture.sleep(20);
            if (turn === 20) fixture.cluster.killNode(fixture.cluster.consumerLeader('work', 'x') ?? -1);
          }
          await fixture.sleep(120_000);
          const stored = fixture.stored();
          expect(stored.length).toBeGreaterThan(15);
          for (const id of stored) expect(deliveries.map((delivery) => delivery.id)).toContain(id);
          const { ackPending, pending } = await client.jetStream.consumerInfo('work', 'x');
          expect([ackPending, pending]).toEqual([0, 0]);
        });
      }
    }
  });
});
