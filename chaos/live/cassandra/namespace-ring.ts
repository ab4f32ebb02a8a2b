import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Guard } from '../nats/guard.ts';
import { NamespaceLinks } from '../nats/namespace-links.ts';
import { obtainCassandra } from './distribution.ts';
import { NodeProcess } from './node-process.ts';
import { nodeSettings, tokenOf } from './node-settings.ts';

/** Of each node, in its own namespace. */
const managementPort = 7199;

/**
 * Real nodes of one data centre, each in a network namespace of its own: a cut makes packets vanish, where a forwarder
 * would take them and confirm them. `start` throws `LiveProblem` where Java, Maven or namespaces are missing.
 */
export class NamespaceRing {
  /** Where clients and other nodes connect to a node. */
  readonly addresses: readonly string[];
  readonly #links: NamespaceLinks;
  readonly #nodes: readonly NodeProcess[];
  readonly #guard: Guard;

  private constructor(links: NamespaceLinks, nodes: readonly NodeProcess[], guard: Guard) {
    this.addresses = links.places.map(({ address }) => address);
    this.#links = links;
    this.#nodes = nodes;
    this.#guard = guard;
  }

  /** Starts all nodes at once; resolves when all serve. */
  static async start(nodeCount: number): Promise<NamespaceRing> {
    const distribution = await obtainCassandra();
    const folder = mkdtempSync(join(tmpdir(), 'tfdc-cassandra-'));
    const guard = new Guard(folder);
    try {
      const links = NamespaceLinks.open(nodeCount, guard);
      const seeds = links.places.map(({ address }) => address);
      const nodes = links.places.map(
        ({ address, prefix }, index) =>
          new NodeProcess({
            distribution,
            folder: join(folder, `node${index}`),
            settings: { ...nodeSettings(seeds, {}), initial_token: String(tokenOf(index, nodeCount, 0)) },
            dataCentre: 'dc1',
            rack: 'r1',
            address,
            managementPort,
            guard,
            prefix,
          }),
      );
      for (const node of nodes) node.start();
      await Promise.all(nodes.map((node) => node.ready()));
      return new NamespaceRing(links, nodes, guard);
    } catch (error) {
      await guard.end();
      throw error;
    }
  }

  /** Nothing passes between the two, in either direction. */
  cut(one: number, other: number): void {
    this.#links.cut(one, other);
    this.#links.cut(other, one);
  }

  heal(one: number, other: number): void {
    this.#links.heal(one, other);
    this.#links.heal(other, one);
  }

  /** Kills all nodes and removes their folders and namespaces. */
  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.kill()));
    await this.#guard.end();
  }
}
