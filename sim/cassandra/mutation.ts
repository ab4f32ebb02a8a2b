import type { ClusteringKey, KeyPart } from './clustering.ts';
import type { Partition } from './partition.ts';
import type { StoredRow } from './stored-row.ts';

/** One change of one partition, as it goes to replicas, into hints and into commit logs. Never changed once made. */
export type PartitionMutation =
  | {
      readonly kind: 'row';
      readonly partition: Partition;
      readonly key: ClusteringKey;
      readonly row: StoredRow;
      readonly bytes: number;
    }
  | {
      readonly kind: 'delete-partition';
      readonly partition: Partition;
      readonly deletionUs: number;
      /** The coordinator's second at the deletion: gc grace counts from it. */
      readonly deletionSecond: number;
      readonly bytes: number;
    }
  | {
      readonly kind: 'delete-range';
      readonly partition: Partition;
      /** All rows whose key begins so. */
      readonly prefix: readonly KeyPart[];
      readonly deletionUs: number;
      readonly deletionSecond: number;
      readonly bytes: number;
    };

export type Mutation =
  | PartitionMutation
  /** Several changes under one partition key, also of several tables: applied together on each replica (cassandra-and-live 12, 13). */
  | {
      readonly kind: 'many';
      /** Of the first change; the others lie on the same replicas. */
      readonly partition: Partition;
      readonly mutations: readonly PartitionMutation[];
      readonly bytes: number;
    };

/** About what a mutation costs on the wire beside its blob. */
export const mutationOverheadBytes = 120;

/** Several changes under one partition key as one mutation. */
export function together(mutations: readonly PartitionMutation[]): Mutation {
  const [first] = mutations;
  if (first === undefined) throw new TypeError('a mutation of nothing');
  if (mutations.length === 1) return first;
  const bytes = mutations.reduce((sum, mutation) => sum + mutation.bytes, 0);
  return { kind: 'many', partition: first.partition, mutations, bytes };
}

/** Runs once for each partition that a mutation changes. */
export function forEachPartition(mutation: Mutation, visit: (partition: Partition) => void): void {
  if (mutation.kind !== 'many') {
    visit(mutation.partition);
    return;
  }
  const seen = new Set<Partition>();
  for (const { partition } of mutation.mutations) {
    if (seen.has(partition)) continue;
    seen.add(partition);
    visit(partition);
  }
}
