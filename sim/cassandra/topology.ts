import { PortError } from '../../system/ports/errors.ts';
import type { RandomStream } from '../kernel/index.ts';
import type { CassandraNode } from './cassandra-node.ts';
import type { Datacentre } from './settings.ts';

/** Where one server stands. */
export interface Place {
  /** Index of its data centre. */
  readonly datacentre: number;
  readonly rack: number;
}

/** The places of all servers, data centre by data centre, racks in turn. Throws `PortError('invalid')` on sizes no ring can have. */
export function placesOf(datacentres: readonly Datacentre[]): readonly Place[] {
  if (datacentres.length === 0) throw new PortError('a Cassandra ring without a data centre', 'invalid');
  return datacentres.flatMap(({ name, nodeCount, replicationFactor, racks }, datacentre) => {
    if (!Number.isInteger(nodeCount) || nodeCount < 1) {
      throw new PortError(`a Cassandra ring of ${nodeCount} nodes in ${name}`, 'invalid');
    }
    if (!Number.isInteger(replicationFactor) || replicationFactor < 1 || replicationFactor > nodeCount) {
      throw new PortError(`replication factor ${replicationFactor} with ${nodeCount} nodes`, 'invalid');
    }
    return Array.from({ length: nodeCount }, (_, index) => ({ datacentre, rack: index % racks }));
  });
}

/**
 * The token ring with virtual nodes and NetworkTopologyStrategy: clockwise from a token, each data centre takes its
 * number of distinct nodes, from distinct racks while there are any (cassandra-and-live 1).
 * Not modelled: Murmur3 itself (tokens are 32 bits of another hash), joining, leaving and moving nodes.
 */
export class Topology {
  /** Parts of the ring that have replicas of their own. */
  readonly rangeCount: number;
  readonly replicaCount: number;
  readonly datacentres: readonly Datacentre[];
  readonly #replicaSets: readonly (readonly CassandraNode[])[];
  /** By range and node; -1 where the node holds no copy. */
  readonly #ordinals: Int8Array;
  readonly #nodeCount: number;

  constructor(
    nodes: readonly CassandraNode[],
    datacentres: readonly Datacentre[],
    virtualNodes: number,
    random: RandomStream,
  ) {
    if (!Number.isInteger(virtualNodes) || virtualNodes < 1) {
      throw new PortError(`${virtualNodes} virtual nodes`, 'invalid');
    }
    this.datacentres = datacentres;
    this.#nodeCount = nodes.length;
    const owners = ownersOf(nodes, virtualNodes, random);
    this.rangeCount = owners.length;
    this.#replicaSets = owners.map((_, range) => this.#walk(owners, range));
    this.replicaCount = datacentres.reduce((sum, { replicationFactor }) => sum + replicationFactor, 0);
    this.#ordinals = new Int8Array(this.rangeCount * nodes.length).fill(-1);
    this.#replicaSets.forEach((replicas, range) => {
      replicas.forEach((node, ordinal) => {
        this.#ordinals[range * nodes.length + node.index] = ordinal;
      });
    });
  }

  /** The nodes that hold a range, by ordinal. */
  replicas(range: number): readonly CassandraNode[] {
    return this.#replicaSets[range] as readonly CassandraNode[];
  }

  /** Which copy of a range a node holds; -1 for none. */
  ordinalOn(range: number, node: number): number {
    return this.#ordinals[range * this.#nodeCount + node] as number;
  }

  #walk(owners: readonly CassandraNode[], start: number): readonly CassandraNode[] {
    const chosen: CassandraNode[] = [];
    const missing = this.datacentres.map(({ replicationFactor }) => replicationFactor);
    const freshRacks = this.datacentres.map(
      ({ racks, nodeCount }) =>
        new Set(Array.from({ length: Math.min(racks, nodeCount) }, (_, rack) => rack)),
    );
    const passed: CassandraNode[] = [];
    const take = (node: CassandraNode): void => {
      if (chosen.includes(node) || missing[node.datacentre] === 0) return;
      const fresh = freshRacks[node.datacentre] as Set<number>;
      if (fresh.size > 0 && !fresh.has(node.rack)) {
        if (!passed.includes(node)) passed.push(node);
        return;
      }
      fresh.delete(node.rack);
      chosen.push(node);
      missing[node.datacentre] = (missing[node.datacentre] as number) - 1;
      // All racks seen: who was passed over comes next, in the order of the ring.
      if (fresh.size === 0) {
        for (const skipped of passed) if (skipped.datacentre === node.datacentre) take(skipped);
      }
    };
    for (let step = 0; step < owners.length; step++) {
      take(owners[(start + step) % owners.length] as CassandraNode);
    }
    return chosen;
  }
}

/** Who owns each token, in the order of the ring: evenly spaced, every node once a round, as the token allocator balances them. */
function ownersOf(
  nodes: readonly CassandraNode[],
  virtualNodes: number,
  random: RandomStream,
): readonly CassandraNode[] {
  const owners: CassandraNode[] = [...nodes];
  for (let round = 1; round < virtualNodes; round++) owners.push(...random.shuffle([...nodes]));
  return owners;
}
