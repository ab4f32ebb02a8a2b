import type { CqlOptions, CqlSession, CqlStatement } from '../system/ports/cql.ts';
import { chunkTable, tables } from '../system/ports/tables.ts';
import { CassandraRing } from '../sim/cassandra/index.ts';
import { HostClock, Kernel, SimProcess } from '../sim/kernel/index.ts';
import { Network } from '../sim/network/index.ts';

const quorum: CqlOptions = { consistency: 'QUORUM', idempotent: true, timeoutMs: 12_000 };
const insertChunk: CqlStatement = { kind: 'insert', table: chunkTable };
const selectChunks: CqlStatement = { kind: 'select', table: chunkTable };
const toolCount = 1_500;
const chunksPerContext = 40;
const payloadBytes = 200;
const collectors = 20;

interface World {
  readonly kernel: Kernel;
  readonly ring: CassandraRing;
  readonly processes: readonly SimProcess[];
  readonly sessions: readonly CqlSession[];
}

async function build(elide: boolean): Promise<World> {
  const kernel = new Kernel({ seed: 1n });
  const network = new Network(kernel);
  const ring = new CassandraRing(kernel, network, { tables, elide });
  const processes: SimProcess[] = [];
  const opening: Promise<CqlSession>[] = [];
  for (let index = 0; index < collectors; index++) {
    const host = network.addHost(`collector-${index}`);
    const process = new SimProcess(kernel, `collector-${index}`, `collector-${index}`, new HostClock(kernel));
    processes.push(process);
    opening.push(ring.connectorFor(process, host).connect('bench'));
  }
  await kernel.run(1_000_000);
  return { kernel, ring, processes, sessions: await Promise.all(opening) };
}

/** 50 chunk writes a virtual second, each tool's chunks into the partition of its context. Returns how many were stored. */
async function write(world: World, count: number): Promise<number> {
  const { kernel, processes, sessions } = world;
  let stored = 0;
  let next = 0;
  const work = async (process: SimProcess, session: CqlSession): Promise<void> => {
    while (next < count) {
      const number = next++;
      const request = Math.floor(number / toolCount);
      await session.execute(
        insertChunk,
        {
          tool: `tool-${number % toolCount}`,
          context_sequence: Math.floor(request / chunksPerContext),
          request_sequence: request % chunksPerContext,
          payload: new Uint8Array(payloadBytes).fill(number),
        },
        quorum,
      );
      stored++;
      await process.sleep(collectors * 20);
    }
  };
  const working = processes.map((process, index) => work(process, sessions[index] as CqlSession));
  while (stored < count) await kernel.run(kernel.nowUs + 60_000_000);
  await Promise.all(working);
  return stored;
}

async function read(world: World, count: number): Promise<number> {
  const { kernel, processes, sessions } = world;
  let rows = 0;
  let next = 0;
  const work = async (process: SimProcess, session: CqlSession): Promise<void> => {
    while (next < count) {
      const number = next++;
      const result = await session.execute(
        selectChunks,
        { tool: `tool-${number % toolCount}`, context_sequence: 0 },
        quorum,
      );
      rows += result.rows.length;
      await process.sleep(100);
    }
  };
  const working = processes.map((process, index) => work(process, sessions[index] as CqlSession));
  let done = false;
  const all = Promise.all(working).then(() => (done = true));
  while (!done) await kernel.run(kernel.nowUs + 60_000_000);
  await all;
  return rows;
}

async function perSecond(count: number, work: () => Promise<number>): Promise<number> {
  const startMs = performance.now();
  await work();
  return Math.round((count / (performance.now() - startMs)) * 1000);
}

function usedBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Quorum writes and context reads a wall second, client and kernel included, and memory for each stored chunk of 200 bytes. */
export async function benchCassandra(): Promise<Record<string, number>> {
  const writes = 200_000;
  const world = await build(true);
  const before = usedBytes();
  const writesPerSecond = await perSecond(writes, () => write(world, writes));
  const bytesPerChunk = Math.round((usedBytes() - before) / writes);
  const events = world.kernel.events;
  const reads = 10_000;
  const readsPerSecond = await perSecond(reads, () => read(world, reads));
  const plain = await build(false);
  const plainWrites = 50_000;
  const unelidedWritesPerSecond = await perSecond(plainWrites, () => write(plain, plainWrites));
  return {
    'cassandra quorum writes/s': writesPerSecond,
    'cassandra events per write': Math.round((events / writes) * 100) / 100,
    'cassandra context reads/s': readsPerSecond,
    'cassandra bytes per stored chunk of 200': bytesPerChunk,
    'cassandra quorum writes/s, not elided': unelidedWritesPerSecond,
  };
}
