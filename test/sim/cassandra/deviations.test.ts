import { describe, expect, test } from 'vitest';
import type { CqlRow } from '../../../system/ports/cql.ts';
import type { WideOutcome, WideWrite } from '../../../system/ports/cql-wide.ts';
import type { CassandraOptions, Deviation } from '../../../sim/cassandra/index.ts';
import { deviations } from '../../../sim/cassandra/index.ts';
import { cells, failureOf, key, others, WideFixture } from './wide-fixture.ts';

const select = { kind: 'select', table: cells, values: { p: 'x' } } as const;
const insert = (values: CqlRow, more: Partial<WideWrite> = {}): WideWrite =>
  ({ kind: 'insert', table: cells, values: { ...key, ...values }, ...more }) as WideWrite;
const update = (values: CqlRow, more: Partial<WideWrite> = {}): WideWrite =>
  ({ kind: 'update', table: cells, values: { ...key, ...values }, ...more }) as WideWrite;
const ifNotExists = { condition: { kind: 'if-not-exists' } } as const;

interface Probe {
  readonly options?: Partial<CassandraOptions>;
  /** What Cassandra shows. */
  readonly expected: unknown;
  readonly observe: (world: WideFixture) => Promise<unknown>;
}

async function all(world: WideFixture, ...writes: readonly WideWrite[]): Promise<void> {
  for (const write of writes) {
    const outcome = await world.run(write, { consistency: 'ALL' });
    if (outcome.kind === 'failed') throw new Error(JSON.stringify(outcome));
  }
}

function stamp(outcome: WideOutcome, name: string): unknown {
  return outcome.kind === 'rows' ? outcome.rows[0]?.[name] : outcome;
}

/** Until the others have convicted a node. */
const convictionMs = 20_000;
/** Until a node that starts again serves and has had its hints. */
const returnMs = 45_000;

function ordinalOf(world: WideFixture, node: number): number {
  return world.ring.replicasOf(cells, { p: 'x' }).findIndex((replica) => replica.index === node);
}

function on(world: WideFixture, node: number): unknown {
  return world.ring
    .inspectReplica(cells, { p: 'x' }, ordinalOf(world, node))
    .map((row) => [row['c'], row['d'], row['a'], row['b']]);
}

/** Cuts the way from node 0 to the others this long after a claim began there. */
async function cutClaim(world: WideFixture, afterMs: number): Promise<() => void> {
  world.start(insert({ a: 'half' }, ifNotExists), { coordinator: 0 });
  await world.pass(afterMs);
  const [first = -1, ...rest] = world.ring.nodes.map((node) => node.host);
  const condition = world.network.impose({ cut: true }, [first], rest);
  await world.pass(3000);
  return () => world.network.lift(condition);
}

let halfAcceptMs: number | undefined;

/** Leaves a claim that only node 0 has accepted; returns how to heal the link. */
async function halfAccept(world: WideFixture): Promise<() => void> {
  for (let afterMs = 4; halfAcceptMs === undefined; afterMs += 0.2) {
    const trial = await new WideFixture(7).open();
    await cutClaim(trial, afterMs);
    const accepted = [0, 1, 2].filter(
      (node) => trial.ring.inspectPaxos(cells, { p: 'x' }, ordinalOf(trial, node)).acceptedUs > 0,
    );
    if (accepted.length === 1 && accepted[0] === 0) halfAcceptMs = afterMs;
    if (afterMs > 60) throw new Error('never accepted by node 0 alone');
  }
  return await cutClaim(world, halfAcceptMs);
}

async function missedBy2(world: WideFixture, write: WideWrite): Promise<void> {
  world.ring.killNode(2);
  await world.pass(convictionMs);
  await world.run(write, { coordinator: 0 });
  world.ring.restartNode(2);
  await world.pass(returnMs);
}

const noHints = { hintWindowUs: 0 };

const probes: Readonly<Record<Deviation, Probe>> = {
  'tie-smaller-value': {
    expected: [[1, 1, 'b', null]],
    async observe(world) {
      await all(world, insert({ a: 'b' }, { timestampUs: 5 }), insert({ a: 'a' }, { timestampUs: 5 }));
      return await world.rows();
    },
  },
  'tie-plain-beats-expiring': {
    expected: [[1, 1, 'a', null]],
    async observe(world) {
      await all(
        world,
        insert({ a: 'z' }, { timestampUs: 5 }),
        insert({ a: 'a' }, { timestampUs: 5, ttlSeconds: 50 }),
      );
      return await world.rows();
    },
  },
  'tie-live-beats-tombstone': {
    expected: [[1, 1, null, null]],
    async observe(world) {
      await all(world, insert({ a: 'z' }, { timestampUs: 5 }), update({ a: null }, { timestampUs: 5 }));
      return await world.rows();
    },
  },
  'tie-earlier-expiry': {
    expected: [[1, 1, 'a', null]],
    async observe(world) {
      await all(
        world,
        insert({ a: 'a' }, { timestampUs: 5, ttlSeconds: 200 }),
        insert({ a: 'b' }, { timestampUs: 5, ttlSeconds: 100 }),
      );
      return await world.rows();
    },
  },
  'ttl-second-early': {
    expected: 5,
    async observe(world) {
      await all(world, insert({ a: 'a' }, { ttlSeconds: 5 }));
      return stamp(await world.run({ ...select, withStamps: true }), 'ttl(a)');
    },
  },
  'ttl-second-late': {
    expected: [[], 0],
    async observe(world) {
      await all(world, insert({ a: 'a' }, { ttlSeconds: 5 }));
      await world.pass(5000 - (world.kernel.nowUs % 1_000_000) / 1000 + 10);
      return [await world.rows(), world.kernel.nowUs % 1_000_000 > 900_000 ? 'too late' : 0];
    },
  },
  'ttl-zero-is-table-default': {
    expected: null,
    async observe(world) {
      await all(world, { ...insert({ a: 'a' }, { ttlSeconds: 0 }), table: others });
      return stamp(await world.run({ ...select, table: others, withStamps: true }), 'ttl(a)');
    },
  },
  'delete-spares-equal-timestamp': {
    expected: [],
    async observe(world) {
      await all(world, insert({ a: 'a' }, { timestampUs: 5 }));
      await all(world, { kind: 'delete', table: cells, values: key, timestampUs: 5 });
      return await world.rows();
    },
  },
  'update-creates-row': {
    expected: [],
    async observe(world) {
      await all(world, update({ a: 'a' }, { timestampUs: 5 }), update({ a: null }, { timestampUs: 6 }));
      return await world.rows();
    },
  },
  'insert-without-liveness': {
    expected: [[1, 1, null, null]],
    async observe(world) {
      await all(world, insert({ a: 'a' }, { timestampUs: 5 }), update({ a: null }, { timestampUs: 6 }));
      return await world.rows();
    },
  },
  'null-is-unset': {
    expected: [[1, 1, null, null]],
    async observe(world) {
      await all(world, insert({ a: 'a' }, { timestampUs: 5 }), insert({ a: null }, { timestampUs: 6 }));
      return await world.rows();
    },
  },
  'unset-is-null': {
    expected: [[1, 1, 'b', 7]],
    async observe(world) {
      await all(world, insert({ a: 'a', b: 7 }, { timestampUs: 5 }), update({ a: 'b' }, { timestampUs: 6 }));
      return await world.rows();
    },
  },
  'batch-timestamps-rise': {
    expected: [],
    async observe(world) {
      const writes: readonly WideWrite[] = [
        { kind: 'delete', table: cells, values: key },
        insert({ a: 'a' }),
      ];
      await world.run({ kind: 'batch', logged: true, writes }, { clientTimestampUs: 5 });
      return await world.rows();
    },
  },
  'logged-batch-never-replayed': {
    expected: [[1, 1, 'a', null]],
    async observe(world) {
      const writes = [insert({ a: 'a' }), { ...insert({ a: 'a' }), values: { ...key, p: 'y', a: 'a' } }];
      world.start({ kind: 'batch', logged: true, writes }, { coordinator: 0 });
      const logged = (): boolean => world.ring.nodes.some((node) => node.batchlog.count > 0);
      for (let step = 0; step < 10_000 && !logged(); step++) await world.pass(0.02);
      world.ring.killNode(0);
      await world.pass(40_000);
      return await world.rows({ coordinator: 1 });
    },
  },
  'cas-keeps-client-timestamp': {
    expected: true,
    async observe(world) {
      await world.run(insert({ a: 'a' }, ifNotExists), { clientTimestampUs: 5 });
      return Number(stamp(await world.run({ ...select, withStamps: true }), 'writetime(a)')) > 5;
    },
  },
  'cas-timeout-is-definite': {
    expected: { kind: 'write-timeout', consistency: 'SERIAL', received: 1, required: 2, writeType: 'CAS' },
    async observe(world) {
      world.isolate(0);
      return failureOf(await world.run(insert({ a: 'a' }, ifNotExists), { coordinator: 0 }));
    },
  },
  'cas-refusal-shows-whole-row': {
    expected: { kind: 'conditional', applied: false, rows: [{ b: 1 }] },
    async observe(world) {
      await all(world, insert({ a: 'a', b: 1 }));
      const condition = { kind: 'if', columns: [{ column: 'b', operator: '=', value: 2 }] } as const;
      return await world.run(update({ a: 'b' }, { condition }));
    },
  },
  'cas-refusal-proposes-nothing': {
    expected: [],
    async observe(world) {
      const heal = await halfAccept(world);
      await world.run(update({ a: 'b' }, { condition: { kind: 'if-exists' } }), { coordinator: 1 });
      heal();
      await world.pass(5000);
      return await world.rows({ consistency: 'SERIAL', coordinator: 0 });
    },
  },
  'serial-read-is-quorum-read': {
    expected: [[1, 1, 'half', null]],
    async observe(world) {
      (await halfAccept(world))();
      // Without node 2 every quorum has node 0 in it.
      world.ring.killNode(2);
      await world.pass(5000);
      return await world.rows({ consistency: 'SERIAL', coordinator: 0 });
    },
  },
  'open-round-is-forgotten': {
    expected: [[1, 1, 'half', null]],
    async observe(world) {
      (await halfAccept(world))();
      // Without node 2 every quorum has node 0 in it.
      world.ring.killNode(2);
      await world.pass(5000);
      return await world.rows({ consistency: 'SERIAL', coordinator: 0 });
    },
  },
  'local-serial-is-serial': {
    options: {
      datacentres: [
        { name: 'one', nodeCount: 3, replicationFactor: 3, racks: 1 },
        { name: 'two', nodeCount: 3, replicationFactor: 3, racks: 1 },
      ],
    },
    expected: { kind: 'conditional', applied: true, rows: [] },
    async observe(world) {
      for (const from of [0, 1, 2]) for (const to of [3, 4, 5]) world.cut(from, to);
      return await world.run(insert({ a: 'a' }, ifNotExists), {
        consistency: 'LOCAL_QUORUM',
        serialConsistency: 'LOCAL_SERIAL',
        coordinator: 0,
      });
    },
  },
  'unavailable-is-not-checked': {
    expected: { kind: 'unavailable', consistency: 'QUORUM', required: 2, alive: 1 },
    async observe(world) {
      world.ring.killNode(1);
      world.ring.killNode(2);
      await world.pass(convictionMs);
      return failureOf(await world.run(insert({ a: 'a' }), { coordinator: 0 }));
    },
  },
  'write-timeout-takes-back': {
    expected: [[1, 1, 'a', null]],
    async observe(world) {
      const heal = world.isolate(0);
      await world.run(insert({ a: 'a' }), { coordinator: 0 });
      heal();
      await world.pass(30_000);
      return await world.rows({ consistency: 'ALL' });
    },
  },
  'hint-window-ignored': {
    options: { hintWindowUs: 60_000_000 },
    expected: [],
    async observe(world) {
      world.ring.killNode(2);
      await world.pass(90_000);
      await world.run(insert({ a: 'a' }), { coordinator: 0 });
      world.ring.restartNode(2);
      await world.pass(returnMs);
      return on(world, 2);
    },
  },
  'hint-is-stamped-anew': {
    expected: 5,
    async observe(world) {
      await missedBy2(world, insert({ a: 'a' }, { timestampUs: 5 }));
      const outcome = await world.run(
        { ...select, withStamps: true },
        { consistency: 'ONE', coordinator: 2 },
      );
      return stamp(outcome, 'writetime(a)');
    },
  },
  'hints-never-replayed': {
    expected: [[1, 1, 'a', null]],
    async observe(world) {
      await missedBy2(world, insert({ a: 'a' }));
      return on(world, 2);
    },
  },
  'read-repair-left-out': {
    options: noHints,
    expected: [[], [[1, 1, 'a', null]]],
    async observe(world) {
      await missedBy2(world, insert({ a: 'a' }));
      const before = on(world, 2);
      await world.rows({ consistency: 'ALL' });
      return [before, on(world, 2)];
    },
  },
  'first-answer-wins': {
    options: noHints,
    expected: Array.from({ length: 6 }, () => [[1, 1, 'a', null]]),
    async observe(world) {
      await missedBy2(world, insert({ a: 'a' }));
      const seen: unknown[] = [];
      for (let read = 0; read < 6; read++) seen.push(await world.rows({ coordinator: 2 }));
      return seen;
    },
  },
  'repair-left-out': {
    options: noHints,
    expected: [[1, 1, 'a', null]],
    async observe(world) {
      await missedBy2(world, insert({ a: 'a' }));
      world.ring.repairNow();
      return on(world, 2);
    },
  },
  'tombstones-purged-at-once': {
    options: noHints,
    expected: [],
    async observe(world) {
      await all(world, insert({ a: 'a' }));
      await missedBy2(world, { kind: 'delete', table: cells, values: key });
      world.ring.compact(0);
      world.ring.compact(1);
      return await world.rows({ consistency: 'ALL' });
    },
  },
  'kill-loses-nothing': {
    options: { killLossUs: 5_000_000 },
    expected: [],
    async observe(world) {
      await all(world, insert({ a: 'a' }));
      world.ring.killNode(2);
      return on(world, 2);
    },
  },
  'retry-is-stamped-anew': {
    expected: 0,
    async observe(world) {
      const { session, process } = await world.narrow();
      await world.pass(100 - (world.kernel.nowUs % 1000) / 1000);
      const startedUs = process.wallMs() * 1000;
      const refusing = [0, 1].map((node) => world.ring.overloadNode(node, 1));
      const options = { consistency: 'QUORUM', idempotent: true, timeoutMs: 5000 } as const;
      // From three first coordinators in turn: at least one of them refuses.
      for (let line = 0; line < 12; line++) {
        const writing = session.execute(
          { kind: 'insert', table: cells },
          { ...key, d: line, a: 'a' },
          options,
        );
        await world.pass(100);
        await writing;
      }
      for (const each of refusing) each.lift();
      const outcome = await world.run({ ...select, withStamps: true });
      if (outcome.kind !== 'rows') return outcome;
      const late = outcome.rows.filter((row, line) => row['writetime(a)'] !== startedUs + line * 100_000);
      return late.length;
    },
  },
};

describe('each deviation of the model shows', () => {
  test.each(deviations)('%s', { timeout: 20_000 }, async (deviation) => {
    const probe = probes[deviation];
    const faithful = await new WideFixture(7, probe.options).open();
    expect(await probe.observe(faithful)).toEqual(probe.expected);
    const deviant = await new WideFixture(7, probe.options, deviation).open();
    expect(await probe.observe(deviant)).not.toEqual(probe.expected);
  });
});
