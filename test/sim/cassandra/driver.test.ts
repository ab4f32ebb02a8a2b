import { describe, expect, test } from 'vitest';
import type { CqlSession } from '../../../system/ports/cql.ts';
import type { DriverPolicy } from '../../../sim/cassandra/index.ts';
import { HostClock, SimProcess } from '../../../sim/kernel/index.ts';
import { cells, key, WideFixture } from './wide-fixture.ts';

const insert = { kind: 'insert', table: cells } as const;
const options = { consistency: 'QUORUM', idempotent: true, timeoutMs: 1000 } as const;

async function session(world: WideFixture, policy: Partial<DriverPolicy>): Promise<CqlSession> {
  const host = world.network.addHost('driver');
  const process = new SimProcess(world.kernel, 'driver', 'driver', new HostClock(world.kernel));
  const connecting = world.ring.connectorFor(process, host, policy).connect('driver');
  await world.pass(100);
  return await connecting;
}

async function outcome(world: WideFixture, work: Promise<unknown>): Promise<string> {
  let told = 'nothing';
  work.then(
    () => (told = 'ok'),
    (error: unknown) => (told = String(Reflect.get(Object(error), 'code'))),
  );
  await world.pass(20_000);
  return told;
}

describe('policies of the driver (cassandra-and-live §1.10)', () => {
  test('an overloaded coordinator is passed over for idempotent statements only (55)', async () => {
    const world = await new WideFixture(1).open();
    const client = await session(world, {});
    world.ring.overloadNode(0, 1);
    world.ring.overloadNode(1, 1);
    const told: string[] = [];
    for (let line = 0; line < 8; line++) {
      told.push(await outcome(world, client.execute(insert, { ...key, d: line }, options)));
    }
    expect(new Set(told)).toEqual(new Set(['ok']));
    const once: string[] = [];
    for (let line = 0; line < 8; line++) {
      const values = { ...key, d: line };
      once.push(await outcome(world, client.execute(insert, values, { ...options, idempotent: false })));
    }
    expect(new Set(once)).toEqual(new Set(['ok', 'overloaded']));
  });

  test('the fall-through policy tells every error (57)', async () => {
    const world = await new WideFixture(1).open();
    const client = await session(world, { retry: 'fallthrough' });
    for (const node of [0, 1, 2]) world.ring.overloadNode(node, 1);
    expect(await outcome(world, client.execute(insert, { ...key }, options))).toBe('overloaded');
  });

  test('speculative execution answers from another host while the first one stands still (59)', async () => {
    const times: number[] = [];
    for (const speculative of [undefined, { delayMs: 50, attempts: 2 }]) {
      const world = await new WideFixture(1).open();
      const client = await session(world, { speculative });
      world.ring.pauseNode(0);
      let worstMs = 0;
      for (let line = 0; line < 9; line++) {
        const startUs = world.kernel.nowUs;
        let endUs = Infinity;
        const values = { ...key, d: line };
        void client.execute(insert, values, { ...options, consistency: 'ONE' }).then(() => {
          endUs = world.kernel.nowUs;
        });
        await world.pass(3000);
        worstMs = Math.max(worstMs, (endUs - startUs) / 1000);
      }
      times.push(worstMs);
    }
    expect(times[0]).toBeGreaterThan(900);
    expect(times[1]).toBeLessThan(100);
  });

  test('without timestamps of the client the coordinator’s clock decides (24)', async () => {
    const world = await new WideFixture(1).open();
    world.ring.stepClock(0, 60_000);
    const client = await session(world, { timestamps: 'coordinator' });
    const stamps = new Set<boolean>();
    for (let line = 0; line < 8; line++) {
      await outcome(world, client.execute(insert, { ...key, d: line, a: 'a' }, options));
      const read = await world.run({
        kind: 'select',
        table: cells,
        values: { ...key, d: line },
        withStamps: true,
      });
      if (read.kind !== 'rows') throw new Error(read.kind);
      const writtenUs = Number(read.rows[0]?.['writetime(a)']);
      stamps.add(writtenUs > world.ring.core.nodes[1]!.clock.wallUs());
    }
    expect(stamps).toEqual(new Set([true, false]));
  });

  test('a data centre that is not there is refused', async () => {
    const world = await new WideFixture(1).open();
    await expect(session(world, { localDatacentre: 'nowhere' })).rejects.toThrow(/no data centre nowhere/);
  });
});
