import { describe, expect, test } from 'vitest';
import { nats212, nats2910, type NatsProfile } from '../../../sim/nats/index.ts';
import { durable, Fixture, outcome, payload, publish, workQueue } from './fixture.ts';

const log = { ...workQueue, retention: 'limits', maxMessages: -1 } as const;

/** Publishes, cuts the power of all servers 20 s later, starts them again. Returns how many acknowledged messages are gone. */
async function lostInPowerCut(profile: NatsProfile, syncAlways: boolean, seed: bigint): Promise<number> {
  const fixture = new Fixture({ profile, syncAlways, seed });
  return await fixture.run(async () => {
    const client = await fixture.client('a');
    await client.jetStream.ensureStream(log);
    await fixture.sleep(400_000);
    let acknowledged = 0;
    for (let turn = 0; turn < 40; turn++) {
      if (typeof (await publish(client, 'work.x', String(turn))) !== 'string') acknowledged++;
      await fixture.sleep(500);
    }
    for (const index of [0, 1, 2]) fixture.cluster.powerLoss(index);
    await fixture.sleep(5_000);
    for (const index of [0, 1, 2]) fixture.cluster.restartNode(index);
    await fixture.sleep(60_000);
    return acknowledged - fixture.stored().length;
  });
}

describe('power loss', () => {
  test('of all servers loses what was acknowledged and not synced, on both versions (D1, T30)', async () => {
    for (const profile of [nats212, nats2910]) {
      const lost = await Promise.all([1n, 2n, 3n].map((seed) => lostInPowerCut(profile, false, seed)));
      expect(Math.max(...lost)).toBeGreaterThan(5);
    }
  });

  test('loses nothing where every write is synced (2.12); 2.9 has no such setting', async () => {
    for (const seed of [1n, 2n, 3n]) expect(await lostInPowerCut(nats212, true, seed)).toBe(0);
    const lost = await Promise.all([1n, 2n, 3n].map((seed) => lostInPowerCut(nats2910, true, seed)));
    expect(Math.max(...lost)).toBeGreaterThan(5);
  });

  test.each([false, true])(
    'of one server beside a partition loses the middle of a log, not where every write is synced: %s (D2, T30)',
    async (syncAlways) => {
      const fixture = new Fixture({ seed: 3n, syncAlways });
      const acknowledged: string[] = [];
      await fixture.run(async () => {
        const client = await fixture.client('a');
        await client.jetStream.ensureStream(log);
        await fixture.sleep(200_000);
        await publish(client, 'work.x', 'before');
        await fixture.sleep(130_000);
        const leader = fixture.leader();
        const [behind, crashed] = [(leader + 1) % 3, (leader + 2) % 3];
        const beside = await fixture.client('b', leader);
        const heal = fixture.isolate([behind]);
        for (let turn = 0; turn < 10; turn++) {
          if (typeof (await publish(beside, 'work.x', `m${turn}`)) !== 'string')
            acknowledged.push(`m${turn}`);
        }
        expect(acknowledged.length).toBe(10);
        fixture.cluster.powerLoss(crashed);
        const join = fixture.isolate([leader]);
        heal();
        await fixture.sleep(1_000);
        fixture.cluster.restartNode(crashed);
        await fixture.sleep(60_000);
        const after = await fixture.client('c', behind);
        await publish(after, 'work.x', 'after');
        join();
        await fixture.sleep(120_000);
      });
      // The survivor gave up what the two others had never heard of, or had lost.
      expect(fixture.stored()).toEqual(['before', ...(syncAlways ? acknowledged : []), 'after']);
    },
  );

  test('damage to one server spreads where that server leads (D3)', async () => {
    const fixture = new Fixture({ seed: 5n });
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(log);
      for (let turn = 0; turn < 50; turn++) await publish(client, 'work.x', String(turn));
      await fixture.sleep(3_000);
      const { cluster } = fixture;
      const leader = fixture.leader();
      const [damaged, other] = [(leader + 1) % 3, (leader + 2) % 3];
      cluster.killNode(damaged);
      await fixture.sleep(100);
      expect(cluster.corruptStream(damaged, 'work', 0.5)).toBeGreaterThan(20);
      cluster.killNode(leader);
      cluster.killNode(other);
      cluster.corruptStream(other, 'work', 0.4);
      cluster.restartNode(damaged);
      cluster.restartNode(other);
      await fixture.sleep(60_000);
      cluster.restartNode(leader);
      await fixture.sleep(60_000);
      expect(fixture.stored().length).toBeLessThan(40);
      expect(fixture.stored().length).toBeGreaterThan(5);
    });
  });

  test('a meta leader that lost its state removes streams as orphans (D4)', async () => {
    const fixture = new Fixture({ seed: 1n });
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(log);
      await fixture.sleep(5_000);
      const { cluster } = fixture;
      for (const index of [0, 1, 2]) {
        cluster.killNode(index);
        expect(cluster.corruptMeta(index)).toBe(true);
        cluster.restartNode(index);
        await fixture.sleep(15_000);
      }
      await fixture.sleep(60_000);
      expect(await outcome((await fixture.client('b')).jetStream.streamInfo('work'))).toBe('not-found');
    });
  });

  test('a vote that was only written can be given twice (D8, 2.9)', async () => {
    for (const [profile, kept] of [
      [nats2910, false],
      [nats212, true],
    ] as const) {
      const fixture = new Fixture({ seed: 2n, profile });
      await fixture.run(async () => {
        const client = await fixture.client('a');
        await client.jetStream.ensureStream(log);
        await fixture.sleep(1_000);
        const replica = fixture.cluster.stream('work')?.group.replicas[(fixture.leader() + 1) % 3];
        expect(replica?.election.votedFor).not.toBe(-1);
        fixture.cluster.powerLoss(replica?.server.index ?? -1);
        expect(replica?.election.votedFor !== -1).toBe(kept);
      });
    }
  });

  test('a consumer can be ahead of its stream of one replica, and gets nothing until that has caught up (D7)', async () => {
    const fixture = new Fixture({ seed: 1n });
    await fixture.run(async () => {
      const client = await fixture.client('a');
      const { cluster } = fixture;
      await client.jetStream.ensureStream({ ...log, replicas: 1 });
      await client.jetStream.ensureConsumer('work', durable('x', { replicas: 1 }));
      await fixture.sleep(200_000);
      const got: string[] = [];
      client.jetStream.consume(
        'work',
        'x',
        { maxMessages: 10, expiresMs: 2_000 },
        {
          message: (message) => {
            got.push(message.messageId);
            message.ack();
          },
        },
      );
      const stream = cluster.stream('work')?.group.replicas[0];
      const consumer = cluster.consumer('work', 'x')?.group.replicas[0];
      if (stream === undefined || consumer === undefined) throw new Error('no replicas');
      // Until the consumer's file has been synced and the stream's has not.
      for (let turn = 0; turn < 600; turn++) {
        await publish(client, 'work.x', `m${turn}`);
        await fixture.sleep(500);
        const { nowUs } = fixture.kernel;
        const synced = consumer.log.syncedIndex(nowUs) === consumer.log.lastIndex;
        if (synced && stream.log.syncedIndex(nowUs) < stream.log.lastIndex) break;
      }
      const before = got.length;
      const server = stream.server.index;
      cluster.powerLoss(server);
      await fixture.sleep(1_000);
      cluster.restartNode(server);
      await fixture.sleep(20_000);
      const state = await client.connection.management.stream('work');
      const { delivered } = await client.connection.management.consumer('work', 'x');
      expect(delivered.streamSequence).toBeGreaterThan(state.lastSequence);
      await publish(client, 'work.x', 'lost to the consumer');
      await fixture.sleep(20_000);
      expect(got.slice(before)).not.toContain('lost to the consumer');
    });
  });

  test('after a purge takes the sequences too, on 2.9 (D9)', async () => {
    for (const [profile, sequence] of [
      [nats2910, 1],
      [nats212, 4],
    ] as const) {
      const fixture = new Fixture({ seed: 1n, profile });
      await fixture.run(async () => {
        const client = await fixture.client('a');
        await client.jetStream.ensureStream({ ...log, replicas: 1 });
        for (let turn = 0; turn < 3; turn++) await publish(client, 'work.x', String(turn));
        await fixture.sleep(200_000);
        await client.jetStream.purgeStream('work');
        const server = fixture.leader();
        fixture.cluster.powerLoss(server);
        await fixture.sleep(1_000);
        fixture.cluster.restartNode(server);
        await fixture.sleep(20_000);
        expect(await publish(client, 'work.x', 'next')).toMatchObject({ sequence });
      });
    }
  });

  test('a damaged consumer starts anew (D10)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream({ ...log, replicas: 1 });
      await client.jetStream.ensureConsumer('work', durable('x', { replicas: 1 }));
      const got: number[] = [];
      client.jetStream.consume(
        'work',
        'x',
        { maxMessages: 10, expiresMs: 2_000 },
        {
          message: (message) => {
            got.push(message.streamSequence);
            message.ack();
          },
        },
      );
      for (let turn = 0; turn < 3; turn++) await publish(client, 'work.x', String(turn));
      await fixture.sleep(1_000);
      const server = fixture.leader();
      fixture.cluster.killNode(server);
      expect(fixture.cluster.corruptConsumer(server, 'work', 'x')).toBe(true);
      fixture.cluster.restartNode(server);
      await fixture.sleep(30_000);
      expect(got).toEqual([1, 2, 3, 1, 2, 3]);
    });
  });

  test('a server that stands still loses what it had not written, in some releases (D6)', async () => {
    for (const defects of [new Set<'pause-loses-buffer'>(), new Set(['pause-loses-buffer'] as const)]) {
      const fixture = new Fixture({ profile: { ...nats212, defects } });
      await fixture.run(async () => {
        const client = await fixture.client('a');
        await client.jetStream.ensureStream(log);
        for (let turn = 0; turn < 20; turn++)
          await client.jetStream.publish('work.x', payload, { messageId: `${turn}`, timeoutMs: 5_000 });
        const follower = fixture.follower();
        fixture.cluster.pauseNode(follower);
        await fixture.sleep(130_000);
        fixture.cluster.resumeNode(follower);
        await fixture.sleep(60_000);
        const held = fixture.cluster.inspectReplicas('work')[follower]?.length ?? 0;
        if (defects.size === 0) expect(held).toBe(20);
        else expect(held).toBeLessThan(20);
      });
    }
  });
});
