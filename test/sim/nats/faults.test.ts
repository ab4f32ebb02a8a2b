import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collect, durable, Fixture, outcome, payload, publish, workQueue } from './fixture.ts';

interface Act {
  readonly kind:
    'kill' | 'restart' | 'pause' | 'resume' | 'isolate' | 'delay' | 'heal' | 'reset' | 'step-down';
  readonly node: number;
  readonly afterUs: number;
}

const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom(
    'kill',
    'restart',
    'restart',
    'pause',
    'resume',
    'resume',
    'isolate',
    'delay',
    'heal',
    'heal',
    'reset',
    'step-down',
  ),
  node: fc.integer({ min: 0, max: 2 }),
  afterUs: fc.integer({ min: 1, max: 12_000_000 }),
});

function apply(fixture: Fixture, heals: (() => void)[], { kind, node }: Act): void {
  const { cluster, network } = fixture;
  const others = cluster.nodes.filter((_, index) => index !== node).map(({ host }) => host);
  switch (kind) {
    case 'kill':
      cluster.killNode(node);
      return;
    case 'restart':
      cluster.restartNode(node);
      return;
    case 'pause':
      cluster.pauseNode(node);
      return;
    case 'resume':
      cluster.resumeNode(node);
      return;
    case 'isolate':
      heals.push(fixture.isolate([node]));
      return;
    case 'delay': {
      const slow = network.impose({ extraDelayUs: 30_000, lossRate: 0.05 }, [fixture.host(node)], others);
      heals.push(() => network.lift(slow));
      return;
    }
    case 'heal':
      heals.shift()?.();
      return;
    case 'reset':
      for (const host of others) network.resetBetween(fixture.host(node), host);
      return;
    case 'step-down':
      cluster.stepDown(node === 0 ? 'work' : 'KV_state');
      return;
  }
}

/**
 * Publishes, writes and consumes while servers and links fail at any moment; then everything heals. What was said to
 * be stored is there once, every message is consumed, revisions only grow, and all replicas are alike.
 */
async function survive(acts: readonly Act[], elide: boolean, seed: bigint): Promise<void> {
  const fixture = new Fixture({ elide, seed });
  const { cluster } = fixture;
  const acknowledged = new Set<string>();
  const consumed = new Map<string, number>();
  const revisions = new Map<number, string>();
  const heals: (() => void)[] = [];
  let done = false;
  await fixture.run(async () => {
    const clients = await Promise.all(['a', 'b', 'c'].map((name) => fixture.client(name)));
    await clients[0]?.jetStream.ensureStream(workQueue);
    await clients[0]?.connection.createKeyValue({ bucket: 'state', replicas: 3 });
    await clients[0]?.jetStream.ensureConsumer('work', durable('x', { ackWaitMs: 10_000 }));
    const working = clients.map(async (client) => {
      const state = client.connection.keyValue('state');
      let seen = 0;
      state.watch({
        entry: ({ revision }) => {
          expect(revision).toBeGreaterThan(seen);
          seen = revision;
        },
      });
      collect(fixture, client, 'x', (message) => {
        consumed.set(message.messageId, (consumed.get(message.messageId) ?? 0) + 1);
        client.process.after(client.process.random.float() * 50, () => message.ack());
      });
      for (let turn = 0; !done; turn++) {
        const id = `${client.name}${turn}`;
        const word = await publish(client, 'work.x', id, 1_000);
        if (typeof word !== 'string') acknowledged.add(id);
        const held = await outcome(state.get('counter'));
        const revision = typeof held === 'object' ? held.revision : 0;
        const writing =
          revision === 0 ? state.create('counter', payload) : state.update('counter', payload, revision);
        const written = await outcome(writing);
        if (typeof written === 'number') {
          // A compare-and-set wins once: nobody else may have got the same revision.
          expect(revisions.get(written)).toBeUndefined();
          revisions.set(written, id);
        }
        await client.process.sleep(20 + client.process.random.float() * 200);
      }
      const last = (await state.get('counter'))?.revision ?? 0;
      expect(seen).toBe(last);
    });
    await fixture.sleep(2_000);
    for (const one of acts) {
      await fixture.sleep(one.afterUs / 1000);
      apply(fixture, heals, one);
    }
    await fixture.sleep(15_000);
    for (const heal of heals.splice(0)) heal();
    cluster.nodes.forEach((server, index) => {
      if (server.up) cluster.resumeNode(index);
      else cluster.restartNode(index);
    });
    // Long enough for the second loss of a watch to be noticed.
    await fixture.sleep(150_000);
    done = true;
    await fixture.sleep(15_000);
    await Promise.all(working);
    await fixture.sleep(45_000);
  });
  for (const id of acknowledged) expect(consumed.has(id), `${id} was consumed`).toBe(true);
  expect(acknowledged.size).toBeGreaterThan(100);
  expect(fixture.stored()).toEqual([]);
  expect(cluster.inspectStream('work')?.consumers.get('x')).toEqual({ pending: 0, ackPending: 0 });
  for (const name of ['work', 'KV_state']) {
    const group = cluster.stream(name)?.group;
    group?.settle();
    const [first, ...others] = group?.replicas ?? [];
    for (const other of others) {
      expect(other.applied).toBe(first?.applied);
      expect(other.truncated).toBeLessThan(1_000);
    }
  }
}

for (const elide of [true, false]) {
  test(`promises hold whatever fails, ${elide ? 'elided' : 'explicit'}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 8 }), fc.bigInt(0n, 1_000_000n), async (acts, seed) => {
        await survive(acts, elide, seed);
      }),
      { numRuns: elide ? 12 : 5, seed: 3 },
    );
  });
}
