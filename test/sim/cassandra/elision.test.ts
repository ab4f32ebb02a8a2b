import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PortError } from '../../../system/ports/errors.ts';
import type { Consistency, CqlStatement } from '../../../system/ports/cql.ts';
import { claimNote, deleteNotes, Fixture, insertNote, notes, quorum, selectNotes } from './fixture.ts';

interface Act {
  readonly kind:
    | 'kill'
    | 'restart'
    | 'pause'
    | 'resume'
    | 'cut'
    | 'one-way'
    | 'delay'
    | 'heal'
    | 'power'
    | 'slow'
    | 'quick'
    | 'stop'
    | 'disk';
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
    'cut',
    'one-way',
    'delay',
    'heal',
    'heal',
    'power',
    'slow',
    'quick',
    'stop',
    'disk',
  ),
  node: fc.integer({ min: 0, max: 3 }),
  afterUs: fc.integer({ min: 1, max: 3_000_000 }),
});

interface Outcome {
  readonly history: readonly string[];
  readonly contents: unknown;
  readonly events: number;
  readonly fingerprint: string;
}

const statements: readonly { statement: CqlStatement; consistency: Consistency }[] = [
  { statement: insertNote, consistency: 'QUORUM' },
  { statement: insertNote, consistency: 'ONE' },
  { statement: insertNote, consistency: 'ALL' },
  { statement: selectNotes, consistency: 'QUORUM' },
  { statement: { ...selectNotes, reversed: true, limit: 3 } as CqlStatement, consistency: 'QUORUM' },
  { statement: selectNotes, consistency: 'ONE' },
  { statement: claimNote, consistency: 'QUORUM' },
  { statement: deleteNotes, consistency: 'QUORUM' },
];

/** Clients that write, read, delete and claim in a few partitions while the plan of faults runs. */
async function play(seed: number, acts: readonly Act[], elide: boolean): Promise<Outcome> {
  const fixture = new Fixture(seed, {
    elide,
    nodeCount: 4,
    startupUs: 1_000_000,
    killLossUs: 100_000,
    serviceTimes: {
      sigma: 0.5,
      byTable: { notes: { writeUs: 20_000, readUs: 60_000 } },
      others: { writeUs: 1, readUs: 1 },
      paxosStepUs: 4_000,
    },
  });
  const history: string[] = [];
  const clients = [];
  for (let index = 0; index < 4; index++) clients.push(await fixture.client(`client-${index}`));
  const work = clients.map(async (client, index) => {
    const random = fixture.kernel.stream('test', index);
    for (let step = 0; step < 60; step++) {
      const { statement, consistency } = random.pick(statements);
      const book = `book-${random.integer(0, 2)}`;
      const key = { book, page: random.integer(0, 1), line: random.integer(0, 5) };
      const text = `${index}.${step}`;
      const values =
        statement.kind === 'select' ? { book } : statement.kind === 'delete' ? key : { ...key, text };
      const idempotent = statement.kind !== 'insert-if-not-exists' && random.chance(0.5);
      const options = { consistency, idempotent, timeoutMs: random.chance(0.1) ? 30 : 4_000 };
      let outcome: string;
      try {
        outcome = JSON.stringify(await client.session.execute(statement, values, options));
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        outcome = error.code;
      }
      history.push(`${fixture.kernel.nowUs} ${text} ${statement.kind} ${outcome}`);
      await client.process.sleep(random.exponential(60));
    }
  });
  const heal: (() => void)[] = [];
  for (const { kind, node, afterUs } of acts) {
    await fixture.pass(afterUs / 1000);
    const ring = fixture.ring;
    const host = ring.nodes[node]?.host ?? 0;
    const others = ring.nodes.map((each) => each.host).filter((each) => each !== host);
    const everyone = [...others, ...clients.map((client) => client.host)];
    switch (kind) {
      case 'kill':
        ring.killNode(node);
        break;
      case 'stop':
        ring.stopNode(node);
        break;
      case 'restart':
        ring.restartNode(node);
        break;
      case 'pause':
        ring.pauseNode(node);
        break;
      case 'resume':
        ring.resumeNode(node);
        break;
      case 'power':
        ring.powerLoss(node);
        break;
      case 'disk':
        ring.loseDisk(node);
        break;
      case 'slow': {
        const slow = ring.slowNode(node, 10);
        heal.push(() => slow.lift());
        break;
      }
      case 'quick':
      case 'heal':
        heal.pop()?.();
        break;
      case 'cut':
      case 'one-way':
      case 'delay': {
        const condition = kind === 'delay' ? { extraDelayUs: 5_000, lossRate: 0.01 } : { cut: true };
        const applied = [fixture.network.impose(condition, [host], everyone)];
        if (kind === 'cut') applied.push(fixture.network.impose(condition, everyone, [host]));
        heal.push(() => {
          for (const each of applied) fixture.network.lift(each);
        });
        break;
      }
    }
  }
  for (const each of heal.reverse()) each();
  for (const node of fixture.ring.nodes) {
    fixture.ring.resumeNode(node.index);
    fixture.ring.restartNode(node.index);
  }
  await fixture.pass(300_000);
  await Promise.all(work);
  const contents = [0, 1, 2].map((book) =>
    [0, 1, 2].map((ordinal) => fixture.ring.inspectReplica(notes, { book: `book-${book}` }, ordinal)),
  );
  // Two answers in the same microsecond may come in either order.
  history.sort((left, right) => (left < right ? -1 : 1));
  return {
    history,
    contents,
    events: fixture.kernel.events,
    fingerprint: fixture.kernel.fingerprint.digest(),
  };
}

describe('elision', () => {
  test('without faults the histories are equal, at a fraction of the events', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const elided = await play(seed, [], true);
      const full = await play(seed, [], false);
      expect(elided.history).toEqual(full.history);
      expect(elided.contents).toEqual(full.contents);
      expect(elided.history).toHaveLength(240);
      expect(elided.events).toBeLessThan(full.events);
    }
  });

  test('with faults that start at any moment the histories are equal', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 1e6 }),
        fc.array(act, { minLength: 1, maxLength: 10 }),
        async (seed, acts) => {
          const elided = await play(seed, acts, true);
          const full = await play(seed, acts, false);
          expect(elided.history).toEqual(full.history);
          expect(elided.contents).toEqual(full.contents);
        },
      ),
      { numRuns: 150, seed: 12 },
    );
  }, 60_000);

  test('the same seed gives the same fingerprint, another seed another one', async () => {
    const acts: readonly Act[] = [
      { kind: 'kill', node: 1, afterUs: 700_000 },
      { kind: 'restart', node: 1, afterUs: 2_000_000 },
    ];
    for (const elide of [true, false]) {
      const first = await play(5, acts, elide);
      expect((await play(5, acts, elide)).fingerprint).toBe(first.fingerprint);
      expect((await play(6, acts, elide)).fingerprint).not.toBe(first.fingerprint);
    }
  });

  test('a healthy quorum write costs at most two events', async () => {
    const fixture = new Fixture(1);
    const client = await fixture.client('writer');
    const before = fixture.kernel.events;
    const calls = Array.from({ length: 100 }, (_, line) =>
      fixture.start(client, insertNote, { book: 'a', page: 1, line }, quorum),
    );
    await fixture.pass(1_000);
    expect(calls.every((call) => call.outcome !== undefined)).toBe(true);
    expect(fixture.kernel.events - before).toBeLessThanOrEqual(200);
  });
});
