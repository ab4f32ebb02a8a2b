import { describe, expect, test } from 'vitest';
import { nats212, nats2910 } from '../../../sim/nats/index.ts';
import { durable, Fixture, outcome, payload, publish, workQueue, type TestClient } from './fixture.ts';

const log = { ...workQueue, retention: 'limits', maxMessages: -1 } as const;
const seeds = [1n, 2n, 3n];

/** Effects of jetstream §2 that no other test shows. */
describe('faults of the catalogue', () => {
  test('servers slow for each other acknowledge late; slower still, they hold elections that nobody wins in time (R11)', async () => {
    for (const [delayUs, jitterUs, isLost] of [
      [300_000, 100_000, false],
      [2_000_000, 3_000_000, true],
    ] as const) {
      const fixture = new Fixture({ seed: 2n });
      await fixture.run(async () => {
        const setup = await fixture.client('setup');
        await setup.jetStream.ensureStream(log);
        await fixture.sleep(3_000);
        const hosts = fixture.cluster.nodes.map(({ host }) => host);
        const client = await fixture.client('c', fixture.leader());
        const elections = fixture.cluster.inspectStream('work')?.elections ?? 0;
        const slow = fixture.network.impose({ extraDelayUs: delayUs, extraJitterUs: jitterUs }, hosts, hosts);
        const acknowledged: string[] = [];
        for (let turn = 0; turn < 30; turn++) {
          const startMs = fixture.nowMs;
          if (typeof (await publish(client, 'work.x', `m${turn}`, 4_000)) === 'string') continue;
          acknowledged.push(`m${turn}`);
          expect(fixture.nowMs - startMs).toBeGreaterThan((2 * delayUs) / 1000);
        }
        expect(acknowledged.length).toBe(isLost ? 0 : 30);
        fixture.network.lift(slow);
        await fixture.sleep(60_000);
        if (isLost) expect(fixture.cluster.inspectStream('work')?.elections).toBeGreaterThan(elections);
        expect(await publish(client, 'work.x', 'after')).toMatchObject({ stream: 'work' });
        for (const id of acknowledged) expect(fixture.stored()).toContain(id);
      });
    }
  });

  test('watches that go from server to server leave their consumers behind, in some releases (C17)', async () => {
    const clients = 20;
    for (const [defects, least, most] of [
      [new Set<'watch-consumers-stay'>(), clients, clients],
      [new Set(['watch-consumers-stay'] as const), clients + 5, clients * 5],
    ] as const) {
      const fixture = new Fixture({ profile: { ...nats212, defects } });
      await fixture.run(async () => {
        const admin = await fixture.client('admin');
        await admin.connection.createKeyValue({ bucket: 'b', replicas: 3 });
        for (let number = 0; number < clients; number++) {
          const { connection } = await fixture.client(`w${number}`);
          connection.keyValue('b').watch({ entry: () => undefined });
        }
        await fixture.sleep(2_000);
        expect((await admin.connection.management.stream('KV_b')).consumers).toBe(clients);
        // Storms of reconnects: each server loses its clients in turn, by a cut that it does not notice.
        for (const index of [0, 1, 2]) {
          const others = fixture.cluster.nodes.filter((_, other) => other !== index).map(({ host }) => host);
          const heal = fixture.cut([fixture.host(index)], others);
          await fixture.sleep(40_000);
          heal();
          await fixture.sleep(60_000);
        }
        const { consumers } = await admin.connection.management.stream('KV_b');
        expect(consumers).toBeGreaterThanOrEqual(least);
        expect(consumers).toBeLessThanOrEqual(most);
      });
    }
  });

  test('an unused durable with a threshold vanishes; made anew it gets everything again (C16)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      const { management, puller } = client.connection;
      await client.jetStream.ensureStream(log);
      const settings = { name: 'x', durable: true, ack: 'explicit', inactiveThresholdMs: 5_000 } as const;
      const pulled = async (): Promise<readonly number[]> => {
        const sequences: number[] = [];
        puller.pull(
          'work',
          'x',
          { batch: 10, expiresMs: 500 },
          {
            message: (message) => {
              sequences.push(message.sequence);
              message.acknowledge({ kind: 'ack' });
            },
            status: () => undefined,
          },
        );
        await fixture.sleep(1_000);
        return sequences;
      };
      await management.createConsumer('work', settings);
      for (const id of ['a', 'b', 'c']) await publish(client, 'work.x', id);
      expect(await pulled()).toEqual([1, 2, 3]);
      await fixture.sleep(20_000);
      expect(await outcome(management.consumer('work', 'x'))).toBe('not-found');
      expect(await pulled()).toEqual([]);
      await management.createConsumer('work', settings);
      expect(await pulled()).toEqual([1, 2, 3]);
    });
  });

  test('replicas that differ answer the same key with old and new values, long after the heal (K4, 2.9)', async () => {
    let differing = 0;
    for (const seed of seeds) {
      const fixture = new Fixture({ seed, profile: nats2910 });
      await fixture.run(async () => {
        const setup = await fixture.client('setup');
        await setup.connection.createKeyValue({ bucket: 'b', replicas: 3 });
        const leader = fixture.leader('KV_b');
        const beside = await fixture.client('beside', leader);
        const outside = await fixture.client('outside', (leader + 1) % 3);
        await setup.connection.keyValue('b').put('k', payload);
        const heal = fixture.isolate([leader]);
        await outcome(beside.connection.keyValue('b').update('k', new Uint8Array([1]), 1));
        await fixture.sleep(20_000);
        await outcome(outside.connection.keyValue('b').update('k', new Uint8Array([2]), 1));
        heal();
        await fixture.sleep(600_000);
        const reads = await Promise.all(
          Array.from({ length: 30 }, () => setup.connection.keyValue('b').get('k')),
        );
        if (new Set(reads.map((entry) => entry?.value[0])).size > 1) differing++;
      });
    }
    expect(differing).toBeGreaterThan(0);
  });

  test('a holder that stood still writes over its successor; compare-and-set fences it (K8)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const holders = await Promise.all(['old', 'new'].map((name) => fixture.client(name)));
      const [old, successor] = holders as [TestClient, TestClient];
      await old.connection.createKeyValue({ bucket: 'leases', replicas: 3, ttlMs: 5_000 });
      const lease = (holder: TestClient) => holder.connection.keyValue('leases');
      const revision = await lease(old).create('leader', new Uint8Array([1]));
      expect(await outcome(lease(successor).create('leader', new Uint8Array([2])))).toBe('wrong-revision');
      // The holder stands still for longer than its lease.
      await fixture.sleep(8_000);
      const next = await lease(successor).create('leader', new Uint8Array([2]));
      expect(next).toBeGreaterThan(revision);
      expect(await outcome(lease(old).update('leader', new Uint8Array([1]), revision))).toBe(
        'wrong-revision',
      );
      expect((await lease(successor).get('leader'))?.value).toEqual(new Uint8Array([2]));
      expect(await lease(old).put('leader', new Uint8Array([1]))).toBeGreaterThan(next);
      expect((await lease(successor).get('leader'))?.value).toEqual(new Uint8Array([1]));
    });
  });

  test('a durable on a work queue keeps what is beyond its limit of unacknowledged ones until acks come (C6)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(workQueue);
      await client.jetStream.ensureConsumer('work', durable('x', { maxAckPending: 3, ackWaitMs: 20_000 }));
      const seen: { readonly id: string; readonly atMs: number }[] = [];
      client.jetStream.consume(
        'work',
        'x',
        { maxMessages: 10, expiresMs: 2_000 },
        {
          message: (message) => {
            seen.push({ id: message.messageId, atMs: fixture.nowMs });
            // The first acks are lost.
            if (message.deliveryCount > 1 || seen.length > 3) message.ack();
          },
        },
      );
      for (let turn = 0; turn < 6; turn++) await publish(client, 'work.x', `m${turn}`);
      await fixture.sleep(15_000);
      expect(seen.map(({ id }) => id)).toEqual(['m0', 'm1', 'm2']);
      await fixture.sleep(20_000);
      expect(new Set(seen.map(({ id }) => id)).size).toBe(6);
      expect((seen[3]?.atMs ?? 0) - (seen[0]?.atMs ?? 0)).toBeGreaterThan(19_900);
    });
  });
});
