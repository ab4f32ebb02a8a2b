import { describe, expect, test } from 'vitest';
import { nats212, nats2910 } from '../../../sim/nats/index.ts';
import { collect, durable, Fixture, outcome, payload, publish, workQueue } from './fixture.ts';

const log = { ...workQueue, retention: 'limits', maxMessages: -1 } as const;

describe('raft and streams', () => {
  test('an orderly end hands every leadership over (R2, T28)', async () => {
    const fixture = new Fixture({ seed: 2n });
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(log);
      await fixture.sleep(2_000);
      const acknowledged: string[] = [];
      let slowestMs = 0;
      for (let turn = 0; turn < 300; turn++) {
        if (turn % 100 === 50) fixture.cluster.shutDownNode(Math.floor(turn / 100));
        if (turn % 100 === 80) fixture.cluster.restartNode(Math.floor(turn / 100));
        const startMs = fixture.nowMs;
        while (typeof (await publish(client, 'work.x', String(turn), 500)) === 'string')
          await fixture.sleep(20);
        acknowledged.push(String(turn));
        slowestMs = Math.max(slowestMs, fixture.nowMs - startMs);
        await fixture.sleep(200);
      }
      expect(fixture.stored()).toEqual(acknowledged);
      expect(slowestMs).toBeLessThan(2_500);
    });
  });

  test('a long partition of a follower ends with at most one more election (R5, T20)', async () => {
    for (const seed of [1n, 2n, 3n, 4n]) {
      const fixture = new Fixture({ seed });
      await fixture.run(async () => {
        const client = await fixture.client('a');
        await client.jetStream.ensureStream(log);
        await fixture.sleep(2_000);
        const follower = fixture.follower();
        const before = fixture.cluster.inspectStream('work')?.elections ?? 0;
        const heal = fixture.isolate([follower]);
        await fixture.sleep(60_000);
        const during = fixture.cluster.inspectStream('work')?.elections ?? 0;
        expect(during).toBe(before);
        heal();
        // A connection that was cut for a minute may be silent for another.
        await fixture.sleep(100_000);
        const after = fixture.cluster.inspectStream('work')?.elections ?? 0;
        expect(after - during).toBeLessThanOrEqual(2);
        expect(await publish(client, 'work.x', 'm')).toMatchObject({ sequence: 1 });
      });
    }
  });

  test('servers that cannot hear each other disturb the leader through the third (R6)', async () => {
    let flaps = 0;
    for (const seed of [1n, 2n, 3n]) {
      const fixture = new Fixture({ seed });
      await fixture.run(async () => {
        const client = await fixture.client('a');
        await client.jetStream.ensureStream(log);
        await fixture.sleep(2_000);
        const leader = fixture.leader();
        const before = fixture.cluster.inspectStream('work')?.elections ?? 0;
        const heal = fixture.cut([fixture.host(leader)], [fixture.host((leader + 1) % 3)]);
        await fixture.sleep(60_000);
        flaps += (fixture.cluster.inspectStream('work')?.elections ?? 0) - before;
        heal();
        await fixture.sleep(60_000);
        expect(typeof (await publish(client, 'work.x', 'm'))).not.toBe('string');
      });
    }
    expect(flaps).toBeGreaterThan(3);
  });

  test('a follower that is stuck stays behind and answers old values (R10)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.connection.createKeyValue({ bucket: 'b', replicas: 3 });
      const bucket = client.connection.keyValue('b');
      await bucket.put('k', payload);
      await fixture.sleep(3_000);
      const follower = fixture.follower('KV_b');
      expect(fixture.cluster.stickReplica(follower, 'KV_b')).toBe(true);
      await bucket.put('k', payload);
      await fixture.sleep(60_000);
      const reads = await Promise.all(Array.from({ length: 30 }, () => bucket.get('k')));
      expect(new Set(reads.map((entry) => entry?.revision))).toEqual(new Set([1, 2]));
      fixture.cluster.killNode(follower);
      fixture.cluster.restartNode(follower);
      await fixture.sleep(20_000);
      const later = await Promise.all(Array.from({ length: 30 }, () => bucket.get('k')));
      expect([...new Set(later.map((entry) => entry?.revision))]).toEqual([2]);
    });
  });

  test('an id under way is answered as a duplicate of nothing, for good where its leader fell, in some releases (R12)', async () => {
    const fixture = new Fixture({ profile: { ...nats212, defects: new Set(['staged-ids-kept']) } });
    await fixture.run(async () => {
      const setup = await fixture.client('a');
      await setup.jetStream.ensureStream(log);
      await fixture.sleep(2_000);
      const leader = fixture.leader();
      const client = await fixture.client('b', leader);
      const heal = fixture.isolate([leader]);
      expect(await publish(client, 'work.x', 'm', 1_000)).toBe('timeout');
      expect(await publish(client, 'work.x', 'm', 1_000)).toEqual({
        stream: 'work',
        sequence: 0,
        duplicate: true,
      });
      heal();
    });
    expect(fixture.stored()).toEqual([]);
  });

  test('without a meta leader nothing is made, and what is there works on (R13)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(log);
      await fixture.sleep(2_000);
      fixture.cluster.killNode(fixture.cluster.metaLeader() ?? -1);
      await fixture.sleep(100);
      const word = await outcome(client.jetStream.ensureConsumer('work', durable('x')));
      expect(['no-responders', 'timeout', 'disconnected']).toContain(word);
      await fixture.sleep(30_000);
      expect(await outcome(client.jetStream.ensureConsumer('work', durable('x')))).toBeUndefined();
    });
  });

  test('a clock that jumps expires messages early on that replica (R14)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.connection.createKeyValue({ bucket: 'b', replicas: 3, ttlMs: 60_000 });
      const bucket = client.connection.keyValue('b');
      await bucket.put('k', payload);
      await fixture.sleep(1_000);
      fixture.cluster.stepClock(fixture.follower('KV_b'), 120_000_000);
      const reads = await Promise.all(Array.from({ length: 30 }, () => bucket.get('k')));
      expect(new Set(reads.map((entry) => entry?.revision))).toEqual(new Set([1, undefined]));
    });
  });

  test('forgotten interest hides a healthy stream (R15)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const setup = await fixture.client('a');
      await setup.jetStream.ensureStream(log);
      await fixture.sleep(2_000);
      const leader = fixture.leader();
      const other = (leader + 1) % 3;
      const client = await fixture.client('b', other);
      fixture.cluster.forgetInterest(other, leader);
      expect(await publish(client, 'work.x', 'm')).toBe('no-responders');
    });
  });

  test('a dead route is given up after 60 to 90 s, or 240 to 360 s on 2.9 (jetstream C21)', async () => {
    for (const [profile, low, high] of [
      [nats212, 60_000, 90_000],
      [nats2910, 240_000, 360_000],
    ] as const) {
      for (const seed of [1n, 2n, 3n]) {
        const fixture = new Fixture({ profile, seed });
        await fixture.run(async () => {
          const setup = await fixture.client('a');
          await setup.jetStream.ensureStream(log);
          await fixture.sleep(2_000);
          const [left, right] = fixture.cluster.servers;
          if (left === undefined || right === undefined) throw new Error('no servers');
          fixture.cut([left.host], [right.host]);
          const startMs = fixture.nowMs;
          while (left.peers[right.index]?.connection !== undefined) await fixture.sleep(500);
          expect(fixture.nowMs - startMs).toBeGreaterThanOrEqual(low);
          expect(fixture.nowMs - startMs).toBeLessThan(high + 1_000);
        });
      }
    }
  });

  test('45 clients and 1,500 consumers come back after a server was away', async () => {
    const fixture = new Fixture({ seed: 3n });
    await fixture.run(async () => {
      const clients = await Promise.all(
        Array.from({ length: 45 }, (_, index) => fixture.client(`d${index}`)),
      );
      const [first] = clients;
      if (first === undefined) throw new Error('no clients');
      await first.jetStream.ensureStream(workQueue);
      const units = Array.from({ length: 1_500 }, (_, unit) => unit);
      await Promise.all(units.map((unit) => first.jetStream.ensureConsumer('work', durable(String(unit)))));
      const got = new Set<string>();
      for (const unit of units) {
        const client = clients[unit % clients.length] ?? first;
        collect(fixture, client, String(unit), (message) => {
          got.add(message.messageId);
          message.ack();
        });
      }
      await fixture.sleep(5_000);
      fixture.cluster.killNode(1);
      await fixture.sleep(20_000);
      fixture.cluster.restartNode(1);
      await fixture.sleep(20_000);
      const led = units.filter((unit) => fixture.cluster.consumerLeader('work', String(unit)) !== undefined);
      expect(led).toHaveLength(1_500);
      await Promise.all(units.map((unit) => publish(first, `work.${unit}`, String(unit))));
      await fixture.sleep(15_000);
      expect(got.size).toBe(1_500);
    });
  });
});
