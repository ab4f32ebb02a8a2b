import { describe, expect, test } from 'vitest';
import {
  claimNote,
  codeOf,
  Fixture,
  insertNote,
  notes,
  once,
  quorum,
  rowsOf,
  selectNotes,
} from './fixture.ts';

const note = (line: number, text = 'x') => ({ book: 'a', page: 1, line, text });
const one = { ...once, consistency: 'ONE' } as const;
const all = { ...once, consistency: 'ALL' } as const;

/** Ordinal by ordinal, the lines that each replica of the book holds. */
function linesByReplica(fixture: Fixture): unknown[][] {
  return fixture.ring
    .replicasOf(notes, { book: 'a' })
    .map((_, ordinal) =>
      fixture.ring.inspectReplica(notes, { book: 'a' }, ordinal).map((row) => row['line']),
    );
}

describe('what clients see of a dead node', () => {
  test('timeouts before the conviction, Unavailable after it, success when it is back', async () => {
    const fixture = new Fixture(1);
    const client = await fixture.client('writer');
    fixture.ring.powerLoss(2);
    const early = await fixture.run(client, insertNote, note(1), { ...all, timeoutMs: 4_000 });
    expect(['write-timeout', 'timeout']).toContain(codeOf(early));
    await fixture.pass(20_000);
    const codes = new Set<unknown>();
    for (let line = 2; line < 12; line++) {
      codes.add(codeOf(await fixture.run(client, insertNote, note(line), { ...quorum, consistency: 'ALL' })));
    }
    expect([...codes]).toEqual(['unavailable']);
    expect(codeOf(await fixture.run(client, insertNote, note(20), quorum))).toBe('ok');
    fixture.ring.restartNode(2);
    await fixture.pass(30_000);
    expect(codeOf(await fixture.run(client, insertNote, note(21), all))).toBe('ok');
  });

  test('a node that is back from a power loss resets old connections: no request waits for its timeout', async () => {
    const fixture = new Fixture(6);
    const client = await fixture.client('writer');
    fixture.ring.powerLoss(1);
    await fixture.pass(5_000);
    fixture.ring.restartNode(1);
    await fixture.pass(30_000);
    for (let line = 0; line < 12; line++) {
      const startUs = fixture.kernel.nowUs;
      expect(codeOf(await fixture.run(client, insertNote, note(line), quorum))).toBe('ok');
      expect(fixture.kernel.nowUs - startUs).toBeLessThan(1_000_000);
    }
  });

  test('a clean stop is known at once', async () => {
    const fixture = new Fixture(2);
    const client = await fixture.client('writer');
    fixture.ring.stopNode(1);
    await fixture.pass(10);
    expect(codeOf(await fixture.run(client, insertNote, note(1), all))).toBe('unavailable');
  });

  test('two nodes down: no quorum, but ONE', async () => {
    const fixture = new Fixture(3);
    const client = await fixture.client('writer');
    fixture.ring.killNode(0);
    fixture.ring.killNode(1);
    await fixture.pass(20_000);
    expect(codeOf(await fixture.run(client, insertNote, note(1), quorum))).toBe('unavailable');
    expect(codeOf(await fixture.run(client, insertNote, note(1), one))).toBe('ok');
  });

  test('an isolated coordinator convicts the others, they convict it', async () => {
    const fixture = new Fixture(4);
    const client = await fixture.client('writer');
    const [first, second, third] = fixture.ring.nodes.map((node) => node.host) as [number, number, number];
    fixture.network.impose({ cut: true }, [first], [second, third]);
    fixture.network.impose({ cut: true }, [second, third], [first]);
    await fixture.pass(20_000);
    const codes = new Set<unknown>();
    for (let line = 0; line < 30; line++)
      codes.add(
        codeOf(await fixture.run(client, insertNote, note(line), { ...once, consistency: 'QUORUM' })),
      );
    // Unavailable from the isolated one is retried once on the next host, which can.
    expect([...codes]).toEqual(['ok']);
    expect(fixture.ring.core.detector.sees(0, 1)).toBe(false);
    expect(fixture.ring.core.detector.sees(1, 0)).toBe(false);
    expect(fixture.ring.core.detector.sees(1, 2)).toBe(true);
  });

  test('a cut between two nodes alone convicts nobody: gossip goes round it', async () => {
    const fixture = new Fixture(5);
    const [first, second] = fixture.ring.nodes.map((node) => node.host) as [number, number];
    const cuts = [
      fixture.network.impose({ cut: true }, [first], [second]),
      fixture.network.impose({ cut: true }, [second], [first]),
    ];
    await fixture.pass(60_000);
    expect(fixture.ring.core.detector.undoubted(0)).toBe(true);
    for (const cut of cuts) fixture.network.lift(cut);
  });
});

describe('connections between nodes', () => {
  /** Codes of writes at ALL, one a second, after the third node was cut off from one or two others for so long. */
  async function codesAfterCut(cutMs: number, seconds: number, others: 1 | 2): Promise<unknown[]> {
    const fixture = new Fixture(11);
    const client = await fixture.client('writer');
    const hosts = fixture.ring.nodes.map((node) => node.host);
    const [peers, cutOff] = [hosts.slice(0, others), hosts.slice(2)];
    const write = (line: number): Promise<unknown> =>
      fixture.run(client, insertNote, note(line), { ...all, timeoutMs: 900 }).then(codeOf);
    expect(await write(0)).toBe('ok');
    const cuts = [
      fixture.network.impose({ cut: true }, peers, cutOff),
      fixture.network.impose({ cut: true }, cutOff, peers),
    ];
    const during: unknown[] = [];
    for (let line = 1; line < 9; line++) during.push(await write(line));
    expect(during).toContain('timeout');
    await fixture.pass(cutMs);
    for (const cut of cuts) fixture.network.lift(cut);
    // By then the third node is heard of again.
    await fixture.pass(3_000);
    const codes: unknown[] = [];
    for (let line = 0; line < seconds; line++) {
      codes.push(await write(100 + line));
      await fixture.pass(1_000);
    }
    return codes;
  }

  test('a cut that outlasts the user timeout of 30 s ends them: a new one is dialled, no retransmission waited for', async () => {
    expect(new Set(await codesAfterCut(150_000, 20, 1))).toEqual(new Set(['ok']));
  });

  test('a node that convicts another closes its own to it: a new one is dialled after a cut of less than 30 s, too', async () => {
    expect(new Set(await codesAfterCut(16_000, 20, 2))).toEqual(new Set(['ok']));
  });

  test('those that live through a shorter cut wait for the next retransmission', async () => {
    const codes = await codesAfterCut(2_000, 20, 2);
    expect(codes[0]).not.toBe('ok');
    expect(codes.at(-1)).toBe('ok');
  });
});

describe('writes that are not acknowledged', () => {
  test('a write timeout may become visible later, from a slow replica', async () => {
    const fixture = new Fixture(6);
    const client = await fixture.client('writer');
    const slow = fixture.ring.nodes.map((_, index) => fixture.ring.slowNode(index, 2_000));
    const call = fixture.start(client, insertNote, note(1), once);
    await fixture.pass(2_500);
    expect(codeOf(call.outcome)).toBe('write-timeout');
    expect(fixture.ring.inspect(notes, { book: 'a' })).toEqual([]);
    await fixture.pass(10_000);
    expect(fixture.ring.inspect(notes, { book: 'a' })).toHaveLength(1);
    for (const each of slow) {
      expect(each.hits).toBeGreaterThan(0);
      each.lift();
    }
  });

  test('hints bring what a dead node missed when it is back', async () => {
    const fixture = new Fixture(7);
    const client = await fixture.client('writer');
    fixture.ring.killNode(2);
    await fixture.pass(30_000);
    for (let line = 0; line < 20; line++)
      expect(codeOf(await fixture.run(client, insertNote, note(line)))).toBe('ok');
    expect(fixture.ring.pendingHints).toBe(20);
    const missing = linesByReplica(fixture).map((lines) => lines.length);
    expect(missing.toSorted((a, b) => a - b)).toEqual([0, 20, 20]);
    fixture.ring.restartNode(2);
    await fixture.pass(40_000);
    expect(fixture.ring.pendingHints).toBe(0);
    expect(linesByReplica(fixture).map((lines) => lines.length)).toEqual([20, 20, 20]);
  });

  test('no hints are kept for a node that is down longer than the window', async () => {
    const fixture = new Fixture(8, { hintWindowUs: 60_000_000 });
    const client = await fixture.client('writer');
    fixture.ring.killNode(2);
    await fixture.pass(30_000);
    await fixture.run(client, insertNote, note(1));
    await fixture.pass(60_000);
    await fixture.run(client, insertNote, note(2));
    fixture.ring.restartNode(2);
    await fixture.pass(60_000);
    const lines = linesByReplica(fixture).map((each) => each.length);
    expect(lines.toSorted((a, b) => a - b)).toEqual([1, 2, 2]);
    fixture.ring.repairNow();
    expect(linesByReplica(fixture).map((each) => each.length)).toEqual([2, 2, 2]);
  });

  test('a cut that heals lets nothing through that had expired, but hints do', async () => {
    const fixture = new Fixture(9);
    const client = await fixture.client('writer');
    const [first, second, third] = fixture.ring.nodes.map((node) => node.host) as [number, number, number];
    const cuts = [
      fixture.network.impose({ cut: true }, [first, second], [third]),
      fixture.network.impose({ cut: true }, [third], [first, second]),
    ];
    await fixture.run(client, insertNote, note(1), { ...quorum, timeoutMs: 3_000 });
    await fixture.pass(5_000);
    for (const cut of cuts) fixture.network.lift(cut);
    await fixture.pass(60_000);
    expect(linesByReplica(fixture)).toEqual([[1], [1], [1]]);
    expect(cuts.some((cut) => cut.hits > 0)).toBe(true);
  });
});

describe('reads', () => {
  test('a quorum read sees an acknowledged quorum write while a replica is stale, and repairs it', async () => {
    for (let seed = 20; seed < 30; seed++) {
      const fixture = new Fixture(seed, { hintWindowUs: 0 });
      const client = await fixture.client('writer');
      fixture.ring.killNode(seed % 3);
      await fixture.pass(20_000);
      expect(codeOf(await fixture.run(client, insertNote, note(1)))).toBe('ok');
      fixture.ring.restartNode(seed % 3);
      await fixture.pass(30_000);
      const stale = (): number => linesByReplica(fixture).filter((lines) => lines.length === 0).length;
      expect(stale()).toBe(1);
      for (let read = 0; read < 8; read++) {
        expect(rowsOf(await fixture.run(client, selectNotes, { book: 'a' }))).toHaveLength(1);
      }
      expect(stale()).toBe(0);
    }
  });

  test('a read at ONE may miss it', async () => {
    const fixture = new Fixture(30, { hintWindowUs: 0 });
    const client = await fixture.client('writer');
    fixture.ring.killNode(0);
    await fixture.pass(20_000);
    await fixture.run(client, insertNote, note(1));
    fixture.ring.restartNode(0);
    await fixture.pass(30_000);
    const counts = new Set<number>();
    for (let read = 0; read < 20; read++)
      counts.add(rowsOf(await fixture.run(client, selectNotes, { book: 'a' }, one)).length);
    expect([...counts].toSorted((a, b) => a - b)).toEqual([0, 1]);
  });

  test('a slow replica is backed up by one more (speculative retry)', async () => {
    const fixture = new Fixture(32);
    const client = await fixture.client('writer');
    await fixture.run(client, insertNote, note(1), all);
    const slow = fixture.ring.slowNode(1, 1_000);
    for (let read = 0; read < 12; read++) {
      const startUs = fixture.kernel.nowUs;
      const call = fixture.start(client, selectNotes, { book: 'a' });
      await fixture.pass(4_000);
      expect(codeOf(call.outcome)).toBe('ok');
      expect(call.atUs - startUs).toBeLessThan(100_000);
    }
    expect(slow.hits).toBeGreaterThan(0);
  });

  test('a paused replica makes reads time out until it is convicted', async () => {
    const fixture = new Fixture(31);
    const client = await fixture.client('writer');
    await fixture.run(client, insertNote, note(1), all);
    fixture.ring.pauseNode(1);
    const codes = new Set<unknown>();
    for (let read = 0; read < 3; read++)
      codes.add(codeOf(await fixture.run(client, selectNotes, { book: 'a' }, { ...all, timeoutMs: 6_000 })));
    expect([...codes].every((code) => code === 'read-timeout' || code === 'timeout')).toBe(true);
    fixture.ring.resumeNode(1);
    await fixture.pass(10_000);
    expect(codeOf(await fixture.run(client, selectNotes, { book: 'a' }, all))).toBe('ok');
  });
});

describe('what a crash takes', () => {
  test('power loss of all nodes takes acknowledged writes of the last sync period, no older ones', async () => {
    const fixture = new Fixture(40);
    const client = await fixture.client('writer');
    await fixture.run(client, insertNote, note(1));
    await fixture.pass(11_000);
    // Just before the power goes; sync phases differ by node, so some of these are safe and some are not.
    for (let line = 2; line < 80; line++) await fixture.run(client, insertNote, note(line));
    for (const node of fixture.ring.nodes) fixture.ring.powerLoss(node.index);
    await fixture.pass(1_000);
    for (const node of fixture.ring.nodes) fixture.ring.restartNode(node.index);
    await fixture.pass(60_000);
    const lines = linesByReplica(fixture);
    for (const each of lines) expect(each).toContain(1);
    expect(lines.some((each) => each.length < 79)).toBe(true);
    const oldest = Math.min(...lines.map((each) => each.length));
    expect(lines.find((each) => each.length === oldest)).toEqual(
      Array.from({ length: oldest }, (_, index) => index + 1),
    );
  });

  test('a kill takes at most the newest 100 ms, and nothing where the setting is 0', async () => {
    for (const killLossUs of [0, 100_000]) {
      const fixture = new Fixture(41, { killLossUs });
      const client = await fixture.client('writer');
      for (let line = 0; line < 50; line++) {
        fixture.start(client, insertNote, note(line));
        await fixture.pass(5);
      }
      await fixture.pass(10);
      fixture.ring.killNode(0);
      const left = Math.min(...linesByReplica(fixture).map((each) => each.length));
      if (killLossUs === 0) expect(left).toBe(50);
      else expect(left).toBeGreaterThanOrEqual(27);
      if (killLossUs > 0) expect(left).toBeLessThan(50);
    }
  });

  test('a lost disk is empty; repair fills it', async () => {
    const fixture = new Fixture(42);
    const client = await fixture.client('writer');
    await fixture.run(client, insertNote, note(1), all);
    fixture.ring.loseDisk(1);
    fixture.ring.restartNode(1);
    await fixture.pass(30_000);
    expect(linesByReplica(fixture).filter((lines) => lines.length === 0)).toHaveLength(1);
    fixture.ring.repairNow();
    expect(linesByReplica(fixture)).toEqual([[1], [1], [1]]);
  });
});

describe('the driver', () => {
  test('an idempotent statement is tried on the next host after a timeout, another one is not', async () => {
    const fixture = new Fixture(50);
    const client = await fixture.client('writer');
    fixture.ring.pauseNode(0);
    const outcomes = { idempotent: new Set<unknown>(), once: new Set<unknown>() };
    for (let line = 0; line < 12; line++) {
      outcomes.idempotent.add(
        codeOf(await fixture.run(client, insertNote, note(line), { ...quorum, timeoutMs: 500 })),
      );
      outcomes.once.add(
        codeOf(await fixture.run(client, insertNote, note(line), { ...once, timeoutMs: 500 })),
      );
    }
    expect([...outcomes.idempotent]).toEqual(['ok']);
    expect(outcomes.once).toContain('timeout');
  });

  test('fact 57: a lost first attempt and Unavailable from the second is a plain unavailable, and yet it was applied', async () => {
    const fixture = new Fixture(60);
    const client = await fixture.client('writer');
    const replies = fixture.ring.nodes.map((node) =>
      fixture.network.impose({ clogged: true }, [node.host], [client.host]),
    );
    const options = { ...quorum, consistency: 'ALL', timeoutMs: 3_000 } as const;
    const call = fixture.start(client, insertNote, note(1), options);
    await fixture.pass(1_000);
    expect(linesByReplica(fixture)).toEqual([[1], [1], [1]]);
    const first = replies.findIndex((reply) => reply.hits > 0);
    for (const [index, reply] of replies.entries()) if (index !== first) fixture.network.lift(reply);
    fixture.ring.stopNode((first + 1) % 3);
    await fixture.pass(5_000);
    expect(codeOf(call.outcome)).toBe('unavailable');
    expect(fixture.ring.inspect(notes, { book: 'a' })).toHaveLength(1);
  });

  test('fact 58: a claim called idempotent loses to its own first attempt', async () => {
    const fixture = new Fixture(70);
    const client = await fixture.client('writer');
    const reply = fixture.ring.nodes.map((node) =>
      fixture.network.impose({ clogged: true }, [node.host], [client.host]),
    );
    const call = fixture.start(client, claimNote, note(1, 'mine'), { ...quorum, timeoutMs: 3_000 });
    await fixture.pass(2_900);
    const first = reply.findIndex((each) => each.hits > 0);
    for (const [index, each] of reply.entries()) if (index !== first) fixture.network.lift(each);
    await fixture.pass(5_000);
    expect(call.outcome).toMatchObject({ applied: false, rows: [{ text: 'mine' }] });
  });

  test('a killed coordinator disconnects its requests; the session comes back by itself', async () => {
    const fixture = new Fixture(71);
    const client = await fixture.client('writer');
    const calls = Array.from({ length: 30 }, (_, line) =>
      fixture.start(client, insertNote, note(line), once),
    );
    fixture.ring.killNode(0);
    await fixture.pass(1_000);
    const codes = calls.map((call) => codeOf(call.outcome));
    expect(codes.filter((code) => code === 'disconnected').length).toBeGreaterThan(3);
    expect(codes.filter((code) => code === 'ok').length).toBeGreaterThan(3);
    fixture.ring.restartNode(0);
    await fixture.pass(30_000);
    for (let line = 0; line < 12; line++) {
      expect(codeOf(await fixture.run(client, insertNote, note(line), all))).toBe('ok');
    }
  });

  test('nothing runs in a dead client, and its writes still happen', async () => {
    const fixture = new Fixture(72);
    const client = await fixture.client('writer');
    const call = fixture.start(client, insertNote, note(1));
    await fixture.pass(0.1);
    client.process.kill();
    await fixture.pass(1_000);
    expect(call.outcome).toBeUndefined();
    expect(fixture.ring.inspect(notes, { book: 'a' })).toHaveLength(1);
  });

  test('timestamps of one client never go back when its clock does; those of its successor do', async () => {
    const fixture = new Fixture(74);
    const client = await fixture.client('writer');
    await fixture.run(client, insertNote, note(1, 'first'));
    client.process.hostClock.step(-5_000_000);
    await fixture.run(client, insertNote, note(1, 'second'));
    expect(rowsOf(await fixture.run(client, selectNotes, { book: 'a' }))).toMatchObject([{ text: 'second' }]);
    const successor = await fixture.client('successor', -5_000_000);
    await fixture.run(successor, insertNote, note(1, 'third'));
    expect(rowsOf(await fixture.run(client, selectNotes, { book: 'a' }))).toMatchObject([{ text: 'second' }]);
  });

  test('a client with a slow clock loses to an earlier write by a fast one (cassandra-and-live 26)', async () => {
    const fixture = new Fixture(73);
    const fast = await fixture.client('fast', 5_000_000);
    const right = await fixture.client('right');
    await fixture.run(fast, insertNote, note(1, 'fast'));
    await fixture.pass(1_000);
    expect(codeOf(await fixture.run(right, insertNote, note(1, 'right')))).toBe('ok');
    expect(rowsOf(await fixture.run(right, selectNotes, { book: 'a' }))).toMatchObject([{ text: 'fast' }]);
  });
});
