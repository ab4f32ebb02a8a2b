import { describe, expect, test } from 'vitest';
import type { Datacentre } from '../../../sim/cassandra/index.ts';
import { cells, failureOf, key, WideFixture } from './wide-fixture.ts';

const two: readonly Datacentre[] = [
  { name: 'east', nodeCount: 4, replicationFactor: 3, racks: 2 },
  { name: 'west', nodeCount: 3, replicationFactor: 2, racks: 3 },
];
const insert = { kind: 'insert', table: cells, values: { ...key, a: 'a' } } as const;
const select = { kind: 'select', table: cells, values: { p: 'x' } } as const;

async function build(): Promise<WideFixture> {
  return await new WideFixture(3, { datacentres: two }).open();
}

/** All links between the two data centres. */
function split(world: WideFixture): () => void {
  const heals = [0, 1, 2, 3].flatMap((east) => [4, 5, 6].map((west) => world.cut(east, west)));
  return () => {
    for (const heal of heals) heal();
  };
}

describe('several data centres (cassandra-and-live 1–5)', () => {
  test('each has its own number of replicas, on distinct racks while there are any', async () => {
    const world = await build();
    for (let partition = 0; partition < 200; partition++) {
      const replicas = world.ring.replicasOf(cells, { p: `p${partition}` });
      expect(new Set(replicas).size).toBe(5);
      const racks = [0, 1].map((datacentre) =>
        replicas.filter((node) => node.datacentre === datacentre).map((node) => node.rack),
      );
      expect(racks.map((each) => each.length)).toEqual([3, 2]);
      expect(racks.map((each) => new Set(each).size)).toEqual([2, 2]);
    }
  });

  test('every node holds its share: virtual nodes are balanced', async () => {
    const world = await build();
    const counts = world.ring.nodes.map(() => 0);
    for (let partition = 0; partition < 4000; partition++) {
      for (const node of world.ring.replicasOf(cells, { p: `p${partition}` })) {
        counts[node.index] = (counts[node.index] ?? 0) + 1;
      }
    }
    for (const count of counts.slice(0, 4)) expect(Math.abs(count / 3000 - 1)).toBeLessThan(0.2);
  });

  test('a write reaches both, whatever its level', async () => {
    const world = await build();
    await world.run(insert, { consistency: 'LOCAL_ONE', coordinator: 0 });
    await world.pass(1000);
    for (let ordinal = 0; ordinal < 5; ordinal++) {
      expect(world.ring.inspectReplica(cells, { p: 'x' }, ordinal)).toHaveLength(1);
    }
  });

  test('while they cannot reach each other LOCAL_QUORUM goes on and QUORUM, EACH_QUORUM say why not', async () => {
    const world = await build();
    split(world);
    await world.pass(25_000);
    expect((await world.run(insert, { consistency: 'LOCAL_QUORUM', coordinator: 0 })).kind).toBe('written');
    expect((await world.run(insert, { consistency: 'LOCAL_QUORUM', coordinator: 5 })).kind).toBe('written');
    expect((await world.run(insert, { consistency: 'QUORUM', coordinator: 0 })).kind).toBe('written');
    expect(failureOf(await world.run(insert, { consistency: 'QUORUM', coordinator: 5 }))).toEqual({
      kind: 'unavailable',
      consistency: 'QUORUM',
      required: 3,
      alive: 2,
    });
    expect(failureOf(await world.run(insert, { consistency: 'EACH_QUORUM', coordinator: 0 }))).toEqual({
      kind: 'unavailable',
      consistency: 'EACH_QUORUM',
      required: 2,
      alive: 0,
    });
  });

  test('what one half wrote is read at LOCAL_QUORUM in the other only after hints', async () => {
    const world = await build();
    const heal = split(world);
    await world.pass(25_000);
    await world.run(insert, { consistency: 'LOCAL_QUORUM', coordinator: 0 });
    expect(await world.run(select, { consistency: 'LOCAL_QUORUM', coordinator: 5 })).toEqual({
      kind: 'rows',
      rows: [],
    });
    heal();
    await world.pass(30_000);
    expect(await world.rows({ consistency: 'LOCAL_QUORUM', coordinator: 5 })).toEqual([[1, 1, 'a', null]]);
  });

  test('the Unavailable of a commit comes after the decision (49)', async () => {
    const world = await build();
    const heal = split(world);
    await world.pass(25_000);
    const claim = { ...insert, condition: { kind: 'if-not-exists' } } as const;
    const levels = { consistency: 'EACH_QUORUM', serialConsistency: 'LOCAL_SERIAL', coordinator: 0 } as const;
    expect(failureOf(await world.run(claim, levels))).toMatchObject({
      kind: 'unavailable',
      consistency: 'EACH_QUORUM',
    });
    heal();
    await world.pass(20_000);
    expect(await world.rows({ consistency: 'LOCAL_SERIAL', coordinator: 0 })).toEqual([[1, 1, 'a', null]]);
  });
});
