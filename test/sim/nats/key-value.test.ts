import { describe, expect, test } from 'vitest';
import type { KeyValueEntry } from '../../../system/ports/key-value.ts';
import { Fixture, outcome, payload, type TestClient } from './fixture.ts';

const other = new Uint8Array([9]);

function watched(client: TestClient, bucket = 'b') {
  const seen: string[] = [];
  let initialised = 0;
  const watch = client.connection.keyValue(bucket).watch({
    entry: ({ key, revision, operation }) => seen.push(`${operation} ${key} ${revision}`),
    initialised: () => {
      initialised++;
      seen.push('initialised');
    },
  });
  return { seen, watch, initialised: () => initialised };
}

async function bucket(fixture: Fixture, ttlMs?: number): Promise<TestClient> {
  const client = await fixture.client('a');
  await client.connection.createKeyValue({
    bucket: 'b',
    replicas: 3,
    ...(ttlMs === undefined ? {} : { ttlMs }),
  });
  return client;
}

describe('a bucket', () => {
  test('creates, updates by revision, deletes, creates again (T13)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await bucket(fixture);
      const kv = client.connection.keyValue('b');
      expect(await kv.create('k', payload)).toBe(1);
      expect(await outcome(kv.create('k', payload))).toBe('wrong-revision');
      expect(await outcome(kv.update('k', other, 7))).toBe('wrong-revision');
      expect(await kv.update('k', other, 1)).toBe(2);
      await fixture.sleep(10);
      expect(await kv.get('k')).toEqual({ key: 'k', value: other, revision: 2, operation: 'put' });
      expect(await outcome(kv.delete('k', 1))).toBe('wrong-revision');
      await kv.delete('k', 2);
      await fixture.sleep(10);
      expect(await kv.get('k')).toBeUndefined();
      expect(await kv.create('k', payload)).toBe(4);
      expect(await kv.put('k.with.dots', payload)).toBe(5);
      await fixture.sleep(10);
      expect((await kv.entries()).map(({ key, revision }) => [key, revision])).toEqual([
        ['k', 4],
        ['k.with.dots', 5],
      ]);
    });
  });

  test('that does not exist is not found; in another form it is a conflict', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await bucket(fixture);
      const missing = client.connection.keyValue('missing');
      expect(await outcome(missing.get('k'))).toBe('not-found');
      expect(await outcome(missing.put('k', payload))).toBe('not-found');
      expect(await outcome(missing.entries())).toBe('not-found');
      await client.connection.createKeyValue({ bucket: 'b', replicas: 3 });
      const changed = client.connection.createKeyValue({ bucket: 'b', replicas: 3, ttlMs: 5_000 });
      expect(await outcome(changed)).toBe('conflict');
    });
  });

  test('refuses a compare-and-set while another write of the key is under way (jetstream D33)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await bucket(fixture);
      const kv = client.connection.keyValue('b');
      await kv.put('k', payload);
      expect(await Promise.all([outcome(kv.put('k', other)), outcome(kv.update('k', other, 1))])).toEqual([
        2,
        'wrong-revision',
      ]);
    });
  });

  test('of two clients that create one key exactly one succeeds', async () => {
    for (let seed = 1n; seed <= 8n; seed++) {
      const fixture = new Fixture({ seed });
      await fixture.run(async () => {
        const first = await bucket(fixture);
        const second = await fixture.client('b');
        const made = await Promise.all(
          [first, second].map((client) => outcome(client.connection.keyValue('b').create('lock', payload))),
        );
        expect(made.filter((word) => word === 1)).toHaveLength(1);
        expect(made.filter((word) => word === 'wrong-revision')).toHaveLength(1);
      });
    }
  });

  test('forgets entries at their age without a word, and a create then succeeds (T14)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await bucket(fixture, 3_000);
      const kv = client.connection.keyValue('b');
      const { seen } = watched(client);
      await kv.put('k', payload);
      await fixture.sleep(2_900);
      expect(await kv.get('k')).toMatchObject({ revision: 1 });
      await fixture.sleep(200);
      expect(await kv.get('k')).toBeUndefined();
      expect(seen).toEqual(['initialised', 'put k 1']);
      expect(await kv.create('k', payload)).toBe(2);
    });
  });
});

describe('a watch', () => {
  test('hands over the present values, then changes in order, until stopped (T14)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await bucket(fixture);
      const kv = client.connection.keyValue('b');
      for (const key of ['x', 'y', 'z']) await kv.put(key, payload);
      await fixture.sleep(10);
      const { seen, watch } = watched(client);
      await fixture.sleep(10);
      expect(seen).toEqual(['put x 1', 'put y 2', 'put z 3', 'initialised']);
      await kv.put('x', other);
      await kv.delete('y');
      await fixture.sleep(10);
      expect(seen.slice(4)).toEqual(['put x 4', 'delete y 5']);
      watch.stop();
      await kv.put('x', other);
      await fixture.sleep(10);
      expect(seen).toHaveLength(6);
    });
  });

  test('of all clients sees the same order, wherever it sits', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await bucket(fixture);
      const watchers = await Promise.all([1, 2, 3, 4, 5, 6].map((place) => fixture.client(`w${place}`)));
      const all = watchers.map((watcher) => watched(watcher).seen);
      await fixture.sleep(10);
      const kv = client.connection.keyValue('b');
      await Promise.all(Array.from({ length: 40 }, (_, turn) => kv.put(`k${turn % 5}`, payload)));
      await fixture.sleep(10);
      const order = [
        'initialised',
        ...Array.from({ length: 40 }, (_, turn) => `put k${turn % 5} ${turn + 1}`),
      ];
      for (const seen of all) expect(seen).toEqual(order);
    });
  });

  test('dies with its server unnoticed, and begins again behind what it saw after two heartbeats (jetstream H69)', async () => {
    const waitsMs: number[] = [];
    for (let seed = 1n; seed <= 6n; seed++) {
      const fixture = new Fixture({ seed });
      await fixture.run(async () => {
        const client = await bucket(fixture);
        const kv = client.connection.keyValue('b');
        const seen: { readonly entry: KeyValueEntry; readonly atMs: number }[] = [];
        kv.watch({ entry: (entry) => seen.push({ entry, atMs: fixture.nowMs }) });
        await kv.put('k', payload);
        await fixture.sleep(100);
        const own = fixture.serverOf(client.process);
        const home = fixture.cluster
          .stream('KV_b')
          ?.group?.replicas.find(({ watches }) => watches !== undefined)?.server.index;
        if (home === undefined || home === own) return;
        const killedMs = fixture.nowMs;
        fixture.cluster.killNode(home);
        await fixture.sleep(9_400);
        await kv.put('k', other);
        await fixture.sleep(30_000);
        expect(seen.map(({ entry }) => entry.revision)).toEqual([1, 2]);
        waitsMs.push((seen[1]?.atMs ?? 0) - killedMs);
      });
    }
    expect(waitsMs.length).toBeGreaterThan(1);
    for (const waitMs of waitsMs) {
      expect(waitMs).toBeGreaterThan(9_400);
      expect(waitMs).toBeLessThan(15_100);
    }
  });
});
