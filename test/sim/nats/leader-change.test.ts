import { describe, expect, test } from 'vitest';
import {
  collect,
  durable,
  Fixture,
  outcome,
  payload,
  publish,
  workQueue,
  type TestClient,
} from './fixture.ts';

interface Probe {
  readonly id: string;
  readonly atMs: number;
  readonly word: string;
}

/** Publishes ten times a second until told to stop, and notes what became of each. */
function load(fixture: Fixture, client: TestClient, name: string, timeoutMs = 1_000) {
  const probes: Probe[] = [];
  let stopped = false;
  const running = (async (): Promise<void> => {
    const waiting: Promise<void>[] = [];
    for (let turn = 0; !stopped; turn++) {
      const id = `${name}${turn}`;
      const atMs = fixture.nowMs;
      waiting.push(
        publish(client, `work.${name}`, id, timeoutMs).then((word) => {
          probes.push({ id, atMs, word: typeof word === 'string' ? word : 'ok' });
        }),
      );
      await fixture.sleep(100);
    }
    await Promise.all(waiting);
    probes.sort((a, b) => a.atMs - b.atMs);
  })();
  return {
    async stop(): Promise<readonly Probe[]> {
      stopped = true;
      await running;
      return probes;
    },
  };
}

/** From the first to the last probe that did not succeed. */
function outage(probes: readonly Probe[]) {
  const bad = probes.filter(({ word }) => word !== 'ok');
  const fromMs = bad[0]?.atMs ?? 0;
  return { lengthMs: (bad.at(-1)?.atMs ?? 0) - fromMs, words: new Set(bad.map(({ word }) => word)) };
}

async function prepared(fixture: Fixture): Promise<TestClient> {
  const client = await fixture.client('setup');
  await client.jetStream.ensureStream(workQueue);
  return client;
}

/** Every acknowledged id is stored exactly once. */
function expectExactlyOnce(fixture: Fixture, probes: readonly Probe[]): void {
  const stored = fixture.stored();
  expect(new Set(stored).size).toBe(stored.length);
  for (const { id, word } of probes) if (word === 'ok') expect(stored).toContain(id);
}

const seeds = [1n, 2n, 3n, 4n, 5n];

describe('publishing through a change of leader', () => {
  test('a step-down costs less than a second (T15)', async () => {
    for (const seed of seeds) {
      const fixture = new Fixture({ seed });
      const probes = await fixture.run(async () => {
        await prepared(fixture);
        const client = await fixture.client('c');
        const loaded = load(fixture, client, 'x');
        await fixture.sleep(5_000);
        fixture.cluster.stepDown('work');
        await fixture.sleep(10_000);
        return await loaded.stop();
      });
      expect(outage(probes).lengthMs).toBeLessThan(1_000);
      expect(fixture.cluster.inspectStream('work')?.elections).toBe(2);
      expectExactlyOnce(fixture, probes);
    }
  });

  test('a killed leader is missed for 4 to 10 s, at once by name (T16)', async () => {
    for (const seed of seeds) {
      const fixture = new Fixture({ seed });
      const probes = await fixture.run(async () => {
        await prepared(fixture);
        const leader = fixture.leader();
        const client = await fixture.client('c', (leader + 1) % 3);
        const loaded = load(fixture, client, 'x');
        await fixture.sleep(5_000);
        fixture.cluster.killNode(leader);
        await fixture.sleep(20_000);
        expect(fixture.leader()).not.toBe(leader);
        return await loaded.stop();
      });
      const { lengthMs, words } = outage(probes);
      expect(lengthMs).toBeGreaterThan(2_800);
      expect(lengthMs).toBeLessThan(10_000);
      expect(words).toContain('no-responders');
      // Only what was on its way when the leader died.
      expect(probes.filter(({ word }) => word === 'timeout').length).toBeLessThanOrEqual(1);
      expectExactlyOnce(fixture, probes);
    }
  });

  test('an isolated leader leaves only time-outs on the side of the majority (T17)', async () => {
    for (const seed of seeds) {
      const fixture = new Fixture({ seed });
      const probes = await fixture.run(async () => {
        await prepared(fixture);
        const leader = fixture.leader();
        const client = await fixture.client('c', (leader + 1) % 3);
        const loaded = load(fixture, client, 'x');
        await fixture.sleep(5_000);
        fixture.isolate([leader]);
        await fixture.sleep(30_000);
        return await loaded.stop();
      });
      const { lengthMs, words } = outage(probes);
      expect(lengthMs).toBeGreaterThan(2_800);
      expect(lengthMs).toBeLessThan(12_000);
      expect([...words]).toEqual(['timeout']);
      expectExactlyOnce(fixture, probes);
    }
  });

  test('on the side of an isolated leader there are time-outs for 10 to 20 s, then nobody answers until the heal (T18)', async () => {
    for (const seed of seeds) {
      const fixture = new Fixture({ seed });
      const probes = await fixture.run(async () => {
        await prepared(fixture);
        const leader = fixture.leader();
        const client = await fixture.client('c', leader);
        const loaded = load(fixture, client, 'x');
        await fixture.sleep(5_000);
        const heal = fixture.isolate([leader]);
        await fixture.sleep(30_000);
        heal();
        await fixture.sleep(60_000);
        return await loaded.stop();
      });
      const timeouts = probes.filter(({ word }) => word === 'timeout');
      const nobody = probes.filter(({ word }) => word === 'no-responders');
      const firstMs = timeouts[0]?.atMs ?? 0;
      const steppedDownMs = (nobody[0]?.atMs ?? 0) - firstMs;
      expect(steppedDownMs).toBeGreaterThan(9_000);
      expect(steppedDownMs).toBeLessThan(20_200);
      expect((nobody.at(-1)?.atMs ?? 0) - firstMs).toBeGreaterThan(29_000);
      expect(probes.at(-1)?.word).toBe('ok');
      expect(fixture.cluster.inspectStream('work')?.quorumLosses).toBeGreaterThan(0);
      expectExactlyOnce(fixture, probes);
    }
  });

  test('what was ambiguous is stored exactly once when it is sent again (T19)', async () => {
    for (const seed of seeds) {
      const fixture = new Fixture({ seed });
      await fixture.run(async () => {
        await prepared(fixture);
        const leader = fixture.leader();
        const clients = await Promise.all([
          fixture.client('at', leader),
          fixture.client('beside', (leader + 1) % 3),
        ]);
        const loaded = clients.map((client) => load(fixture, client, client.name));
        await fixture.sleep(5_000);
        const heal = fixture.isolate([leader]);
        await fixture.sleep(13_000);
        heal();
        await fixture.sleep(40_000);
        for (const [place, { stop }] of loaded.entries()) {
          const client = clients[place];
          if (client === undefined) continue;
          for (const { id, word } of await stop()) {
            if (word === 'timeout') {
              expect(await publish(client, `work.${client.name}`, id)).toMatchObject({ stream: 'work' });
            }
          }
        }
        const stored = fixture.stored();
        expect(new Set(stored).size).toBe(stored.length);
      });
      // The isolated leader wrote what it could not commit: that had to go.
      expect(fixture.cluster.inspectStream('work')?.truncatedEntries).toBeGreaterThan(0);
    }
  });

  test('a stopped leader costs only patience when it comes back in time, else an election (T21)', async () => {
    for (const [pauseMs, elections] of [
      [2_000, 1],
      [15_000, 2],
    ] as const) {
      const fixture = new Fixture();
      const probes = await fixture.run(async () => {
        await prepared(fixture);
        const leader = fixture.leader();
        const client = await fixture.client('c', (leader + 1) % 3);
        const loaded = load(fixture, client, 'x', 5_000);
        await fixture.sleep(5_000);
        fixture.cluster.pauseNode(leader);
        await fixture.sleep(pauseMs);
        fixture.cluster.resumeNode(leader);
        await fixture.sleep(20_000);
        return await loaded.stop();
      });
      expect(fixture.cluster.inspectStream('work')?.elections).toBeGreaterThanOrEqual(elections);
      if (elections === 1) expect(outage(probes).words.size).toBe(0);
      else expect([...outage(probes).words]).toEqual(['timeout']);
      expectExactlyOnce(fixture, probes);
    }
  });

  test('without a majority nothing is acknowledged, and the stream comes back with it', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      await prepared(fixture);
      const leader = fixture.leader();
      const client = await fixture.client('c', leader);
      const heal = fixture.isolate([(leader + 1) % 3, (leader + 2) % 3].map((index) => index));
      const others = fixture.cut([fixture.host((leader + 1) % 3)], [fixture.host((leader + 2) % 3)]);
      await fixture.sleep(100);
      const loaded = load(fixture, client, 'x');
      await fixture.sleep(120_000);
      heal();
      others();
      const healedMs = fixture.nowMs;
      await fixture.sleep(90_000);
      const probes = await loaded.stop();
      for (const { atMs, word } of probes) {
        if (atMs < healedMs - 1_500) expect(word).not.toBe('ok');
      }
      expect(probes.at(-1)?.word).toBe('ok');
      expectExactlyOnce(fixture, probes);
    });
  });
});

describe('reading and writing a bucket through a partition', () => {
  test('the majority writes and reads fresh or not at all, the isolated side reads old and writes nothing (T26)', async () => {
    const fixture = new Fixture({ seed: 4n });
    await fixture.run(async () => {
      const setup = await fixture.client('setup');
      await setup.connection.createKeyValue({ bucket: 'b', replicas: 3 });
      const leader = fixture.leader('KV_b');
      const isolated = (leader + 1) % 3;
      const inside = await fixture.client('inside', isolated);
      const outside = await fixture.client('outside', leader);
      await setup.connection.keyValue('b').put('k', payload);
      await fixture.sleep(2_000);
      fixture.isolate([isolated]);
      expect(await outside.connection.keyValue('b').put('k', payload)).toBe(2);
      await fixture.sleep(10);
      const reads = async (client: TestClient): Promise<string[]> => {
        const words = Array.from({ length: 30 }, async () => {
          const entry = await outcome(client.connection.keyValue('b').get('k'));
          return typeof entry === 'object' ? String(entry.revision) : String(entry);
        });
        return [...new Set(await Promise.all(words))].sort((a, b) => a.localeCompare(b));
      };
      expect(await reads(outside)).toEqual(['2', 'timeout']);
      expect(await reads(inside)).toEqual(['1', 'timeout']);
      expect(await outcome(inside.connection.keyValue('b').put('k', payload))).toBe('timeout');
    });
  });

  test('of a compare-and-set at the isolated leader and one at the new one the second stands (T27)', async () => {
    for (const seed of seeds) {
      const fixture = new Fixture({ seed });
      await fixture.run(async () => {
        const setup = await fixture.client('setup');
        await setup.connection.createKeyValue({ bucket: 'b', replicas: 3 });
        const leader = fixture.leader('KV_b');
        const first = await fixture.client('first', leader);
        const second = await fixture.client('second', (leader + 1) % 3);
        await setup.connection.keyValue('b').put('k', payload);
        const heal = fixture.isolate([leader]);
        const ambiguous = outcome(first.connection.keyValue('b').update('k', new Uint8Array([1]), 1));
        await fixture.sleep(20_000);
        expect(await second.connection.keyValue('b').update('k', new Uint8Array([2]), 1)).toBeGreaterThan(1);
        expect(await ambiguous).toBe('timeout');
        heal();
        await fixture.sleep(60_000);
        for (const client of [setup, first, second]) {
          expect((await client.connection.keyValue('b').get('k'))?.value).toEqual(new Uint8Array([2]));
        }
      });
    }
  });
});

describe('consuming through a change of leader', () => {
  test('what was not acknowledged comes again after its ack wait, what was acknowledged does not (T24)', async () => {
    for (const seed of seeds) {
      const fixture = new Fixture({ seed });
      await fixture.run(async () => {
        const client = await prepared(fixture);
        await client.jetStream.ensureConsumer('work', durable('x', { ackWaitMs: 20_000 }));
        const leader = fixture.leader();
        const consumer = await fixture.client('consumer', (leader + 1) % 3);
        const { deliveries } = collect(fixture, consumer, 'x', (message) => {
          if (message.deliveryCount > 1 || Number(message.messageId) < 5) message.ack();
        });
        for (let turn = 0; turn < 10; turn++) await publish(client, 'work.x', String(turn));
        await fixture.sleep(1_000);
        expect(deliveries).toHaveLength(10);
        fixture.cluster.killNode(leader);
        await fixture.sleep(60_000);
        const again = deliveries.slice(10);
        expect(again.map(({ id, count }) => `${id}:${count}`)).toEqual(['5:2', '6:2', '7:2', '8:2', '9:2']);
        for (const { atMs } of again) expect(atMs - (deliveries[9]?.atMs ?? 0)).toBeGreaterThan(19_900);
      });
      expect(fixture.stored()).toEqual([]);
    }
  });

  test('an ack sent while nobody leads is lost, and the message comes again (jetstream F51)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await prepared(fixture);
      await client.jetStream.ensureConsumer('work', durable('x', { ackWaitMs: 20_000 }));
      const leader = fixture.leader();
      const consumer = await fixture.client('consumer', (leader + 1) % 3);
      const { deliveries } = collect(fixture, consumer, 'x', (message) => {
        consumer.process.after(message.deliveryCount === 1 ? 1_000 : 0, () => message.ack());
      });
      await publish(client, 'work.x', 'm');
      await fixture.sleep(100);
      fixture.cluster.killNode(leader);
      await fixture.sleep(60_000);
      expect(deliveries.map(({ count }) => count)).toEqual([1, 2]);
    });
    expect(fixture.stored()).toEqual([]);
  });

  test('a pull loop stalls for two to three heartbeats of half its life (T23)', async () => {
    for (const [expiresMs, low, high] of [
      [30_000, 30_000, 45_500],
      [2_000, 2_000, 3_500],
    ] as const) {
      for (const seed of seeds) {
        const fixture = new Fixture({ seed });
        await fixture.run(async () => {
          const client = await prepared(fixture);
          await client.jetStream.ensureConsumer('work', durable('x'));
          const { deliveries } = collect(fixture, client, 'x', (message) => message.ack(), expiresMs);
          await fixture.sleep(5_000);
          fixture.cluster.stepDownConsumer('work', 'x');
          const stepDownMs = fixture.nowMs;
          await fixture.sleep(1_000);
          await publish(client, 'work.x', 'm');
          await fixture.sleep(60_000);
          expect(deliveries).toHaveLength(1);
          const stallMs = (deliveries[0]?.atMs ?? 0) - stepDownMs;
          expect(stallMs).toBeGreaterThanOrEqual(low);
          expect(stallMs).toBeLessThan(high);
        });
      }
    }
  });
});
