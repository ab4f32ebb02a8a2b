import { existsSync, mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../nats/free-port.ts';
import { Guard } from '../nats/guard.ts';
import { obtainCassandra, type Distribution } from './distribution.ts';
import { Forwarder } from './forwarder.ts';
import { readClientSource, readInternodeSource } from './internode-handshake.ts';
import { freeAddressBlock, internodePort, nativePort, type AddressBlock } from './loopback.ts';
import { NodeProcess } from './node-process.ts';
import { nodeSettings, tokenOf, type NodeSettings } from './node-settings.ts';

export interface LiveRingOptions {
  /** Nodes of each data centre; they are called dc1, dc2, … */
  readonly nodesByDataCentre: readonly number[];
  /** Overrides of `cassandra.yaml`. */
  readonly settings?: NodeSettings;
}

/**
 * A ring of real nodes on loopback, with a forwarder before each node's two ports, so that links can be cut by pair.
 * `LiveRing.start` throws `LiveProblem` where Java, Maven or free ports are missing. Whatever way this process ends,
 * the nodes end with it.
 */
export class LiveRing {
  readonly nodes: readonly NodeProcess[];
  readonly dataCentres: readonly string[];
  readonly #block: AddressBlock;
  readonly #guard: Guard;
  readonly #internode: readonly Forwarder[];
  readonly #native: readonly Forwarder[];

  private constructor(
    nodes: readonly NodeProcess[],
    dataCentres: readonly string[],
    block: AddressBlock,
    guard: Guard,
  ) {
    this.nodes = nodes;
    this.dataCentres = dataCentres;
    this.#block = block;
    this.#guard = guard;
    this.#internode = nodes.map(
      (_, index) =>
        new Forwarder(
          block.internodeAddress(index),
          internodePort,
          { host: block.nodeAddress(index), port: internodePort },
          readInternodeSource,
        ),
    );
    this.#native = nodes.map(
      (_, index) =>
        new Forwarder(
          block.clientAddress(index),
          nativePort,
          { host: block.nodeAddress(index), port: nativePort },
          readClientSource,
        ),
    );
  }

  /** Starts all nodes at once; resolves when all serve. */
  static async start(options: LiveRingOptions): Promise<LiveRing> {
    const distribution = await obtainCassandra();
    const centres = options.nodesByDataCentre.flatMap((count, centre) =>
      Array.from({ length: count }, (_, ordinal) => ({ count, centre, ordinal })),
    );
    const block = await freeAddressBlock(centres.length);
    const ports = await freePorts(centres.length);
    const folder = mkdtempSync(join(tmpdir(), 'tfdc-cassandra-'));
    const guard = new Guard(folder);
    const seeds = centres.map((_, index) => block.internodeAddress(index));
    const nodes = centres.map(({ count, centre, ordinal }, index) => {
      const settings = {
        ...nodeSettings(seeds, options.settings ?? {}),
        initial_token: String(tokenOf(ordinal, count, centre)),
        broadcast_address: block.internodeAddress(index),
        broadcast_rpc_address: block.nodeAddress(index),
      };
      return new NodeProcess({
        distribution,
        folder: join(folder, `node${index}`),
        settings,
        dataCentre: `dc${centre + 1}`,
        rack: 'r1',
        address: block.nodeAddress(index),
        managementPort: ports[index] as number,
        guard,
      });
    });
    const ring = new LiveRing(
      nodes,
      centres.map(({ centre }) => `dc${centre + 1}`),
      block,
      guard,
    );
    try {
      await Promise.all([...ring.#internode, ...ring.#native].map((forwarder) => forwarder.listen()));
      if (!existsSync(distribution.classArchive)) await archiveClasses(nodes[0] as NodeProcess, distribution);
      for (const node of nodes) node.start();
      await Promise.all(nodes.map((node) => node.ready()));
    } catch (error) {
      await ring.close();
      throw error;
    }
    return ring;
  }

  /** Where clients connect to a node directly. */
  nodeAddress(index: number): string {
    return this.#block.nodeAddress(index);
  }

  /** Where clients connect to a node through its forwarder. */
  clientAddress(index: number): string {
    return this.#block.clientAddress(index);
  }

  /** What other nodes know a node by. */
  internodeAddress(index: number): string {
    return this.#block.internodeAddress(index);
  }

  async restart(index: number): Promise<void> {
    const node = this.nodes[index] as NodeProcess;
    node.start();
    await node.ready();
  }

  /** Messages of one node to another vanish; answers of the other come on its own connections. */
  cutOneWay(from: number, to: number): void {
    this.#internode[to]?.cut(this.#block.internodeAddress(from));
  }

  /** Messages of one node to another arrive so much later; 0 ends it. */
  delay(from: number, to: number, milliseconds: number): void {
    this.#internode[to]?.delay(this.#block.internodeAddress(from), milliseconds);
  }

  cut(one: number, other: number): void {
    this.cutOneWay(one, other);
    this.cutOneWay(other, one);
  }

  heal(one: number, other: number): void {
    this.#internode[other]?.heal(this.#block.internodeAddress(one));
    this.#internode[one]?.heal(this.#block.internodeAddress(other));
  }

  /** Between all clients that came through the forwarder and one node. */
  cutClients(index: number): void {
    this.#native[index]?.cut('client');
  }

  healClients(index: number): void {
    this.#native[index]?.heal('client');
  }

  /** Waits until every node sees every node up. */
  async settled(timeoutMs = 60_000): Promise<void> {
    const giveUpMs = Date.now() + timeoutMs;
    for (;;) {
      const views = await Promise.all(this.nodes.map((node) => node.nodetool('status')));
      const up = views.every((view) => (view.match(/^UN /gm) ?? []).length === this.nodes.length);
      if (up) return;
      if (Date.now() > giveUpMs) throw new Error(`the ring is not whole after ${timeoutMs} ms:\n${views[0]}`);
      await sleep(500);
    }
  }

  /** Kills all nodes and removes their folders. */
  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    await Promise.all([...this.#internode, ...this.#native].map((forwarder) => forwarder.close()));
    await this.#guard.end();
  }
}

/** One start and stop that writes down which classes a server loads; later starts take half the time (live-stack §1). */
async function archiveClasses(node: NodeProcess, distribution: Distribution): Promise<void> {
  const unfinished = `${distribution.classArchive}.${process.pid}`;
  node.start([`-XX:ArchiveClassesAtExit=${unfinished}`]);
  await node.ready();
  await node.stop();
  node.loseDisk();
  if (existsSync(unfinished)) renameSync(unfinished, distribution.classArchive);
}
