import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PortError } from '../../../system/ports/errors.ts';
import { claimNote, Fixture, insertNote, notes, once, quorum, selectNotes } from './fixture.ts';
import type { Client } from './fixture.ts';

interface Claim {
  readonly owner: string;
  outcome: 'applied' | 'lost' | 'unknown' | 'refused' | undefined;
  showed: unknown;
}

const act = fc.record({
  kind: fc.constantFrom('kill', 'restart', 'pause', 'resume', 'cut', 'heal', 'power'),
  node: fc.integer({ min: 0, max: 4 }),
  afterMs: fc.integer({ min: 0, max: 2_500 }),
});

interface Act {
  readonly kind: string;
  readonly node: number;
  readonly afterMs: number;
}

async function claims(seed: number, acts: readonly Act[], clientCount: number, keys: number): Promise<void> {
  const fixture = new Fixture(seed, { nodeCount: 5, startupUs: 500_000, commitLogSyncUs: 1 });
  const clients: Client[] = [];
  for (let index = 0; index < clientCount; index++) clients.push(await fixture.client(`claimer-${index}`));
  const byKey: Claim[][] = Array.from({ length: keys }, () => []);
  const claim = async (client: Client, key: number, owner: string): Promise<void> => {
    const entry: Claim = { owner, outcome: undefined, showed: undefined };
    byKey[key]?.push(entry);
    try {
      const values = { book: `b${key % 2}`, page: key, line: 0, text: owner };
      const result = await client.session.execute(claimNote, values, { ...once, timeoutMs: 9_000 });
      entry.outcome = result.applied === true ? 'applied' : 'lost';
      entry.showed = result.rows[0]?.['text'];
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      entry.outcome = error.code === 'unavailable' ? 'refused' : 'unknown';
    }
  };
  const work = clients.map(async (client, index) => {
    for (let round = 0; round < 4; round++) {
      for (let key = 0; key < keys; key++) await claim(client, key, `${index}/${round}`);
      await client.process.sleep(700);
    }
  });
  const heal: (() => void)[] = [];
  for (const { kind, node, afterMs } of acts) {
    await fixture.pass(afterMs);
    const host = fixture.ring.nodes[node]?.host ?? 0;
    const others = fixture.ring.nodes.map((each) => each.host).filter((each) => each !== host);
    if (kind === 'kill') fixture.ring.killNode(node);
    else if (kind === 'power') fixture.ring.powerLoss(node);
    else if (kind === 'restart') fixture.ring.restartNode(node);
    else if (kind === 'pause') fixture.ring.pauseNode(node);
    else if (kind === 'resume') fixture.ring.resumeNode(node);
    else if (kind === 'cut') {
      const cuts = [
        fixture.network.impose({ cut: true }, [host], others),
        fixture.network.impose({ cut: true }, others, [host]),
      ];
      heal.push(() => {
        for (const cut of cuts) fixture.network.lift(cut);
      });
    } else heal.pop()?.();
  }
  for (const each of heal) each();
  for (const node of fixture.ring.nodes) {
    fixture.ring.resumeNode(node.index);
    fixture.ring.restartNode(node.index);
  }
  await fixture.pass(120_000);
  await Promise.all(work);
  const reader = await fixture.client('reader');
  for (let key = 0; key < keys; key++) {
    const entries = byKey[key] ?? [];
    const applied = entries.filter((entry) => entry.outcome === 'applied');
    expect(applied.length).toBeLessThanOrEqual(1);
    // One more claim finishes what is open; after it the winner is fixed, and everyone was shown the same one.
    const last: { applied?: boolean; text: unknown } = { text: undefined };
    const values = { book: `b${key % 2}`, page: key, line: 0, text: 'last' };
    const result = await fixture.run(reader, claimNote, values, { ...once, timeoutMs: 9_000 });
    if (result instanceof PortError) throw result;
    last.text = result.applied === true ? 'last' : result.rows[0]?.['text'];
    const winners = new Set([last.text]);
    for (const entry of applied) winners.add(entry.owner);
    for (const entry of entries) if (entry.outcome === 'lost') winners.add(entry.showed);
    expect([...winners]).toHaveLength(1);
    const winner = entries.find((entry) => entry.owner === last.text);
    if (last.text !== 'last') expect(['applied', 'unknown', 'lost']).toContain(winner?.outcome);
  }
}

describe('claims (INSERT IF NOT EXISTS)', () => {
  test('at most one of those that contend is applied, and all see the same winner', async () => {
    await claims(1, [], 6, 2);
  });

  test('under kills, pauses, power losses and cuts at most one is applied for a key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), fc.array(act, { maxLength: 14 }), (seed, acts) =>
        claims(seed, acts, 4, 3),
      ),
      { numRuns: 60, seed: 7 },
    );
  }, 60_000);

  test('a half-accepted claim is finished by the next claim on the partition (cas-half-accept)', async () => {
    let finished = 0;
    for (let seed = 0; seed < 40; seed++) {
      const fixture = new Fixture(seed);
      const client = await fixture.client('first');
      const call = fixture.start(client, claimNote, { book: 'a', page: 1, line: 1, text: 'half' }, once);
      // Somewhere between propose and commit the coordinator dies.
      await fixture.pass(14 + seed / 4);
      const coordinator = fixture.ring.nodes.findIndex((node) => node.lastBallotUs > 0);
      fixture.ring.killNode(coordinator);
      await fixture.pass(600_000);
      if (fixture.ring.inspect(notes, { book: 'a' }).length > 0 || !(call.outcome instanceof PortError))
        continue;
      const other = await fixture.client('second');
      await fixture.run(other, claimNote, { book: 'a', page: 2, line: 2, text: 'unrelated' }, once);
      const texts = fixture.ring.inspect(notes, { book: 'a' }).map((row) => row['text']);
      expect(texts).toContain('unrelated');
      if (texts.includes('half')) finished++;
    }
    expect(finished).toBeGreaterThan(0);
  });

  test('a plain delete of a claim by a slow clock does nothing (cassandra-and-live 52)', async () => {
    const fixture = new Fixture(9);
    const slow = await fixture.client('slow', -5_000_000);
    await fixture.run(slow, claimNote, { book: 'a', page: 1, line: 1, text: 'kept' }, once);
    await fixture.run(slow, { kind: 'delete', table: notes }, { book: 'a', page: 1, line: 1 }, quorum);
    await fixture.run(slow, insertNote, { book: 'a', page: 1, line: 1, text: 'hidden' }, quorum);
    const result = await fixture.run(slow, selectNotes, { book: 'a' }, quorum);
    expect(result).toMatchObject({ rows: [{ text: 'kept' }] });
  });
});
