import type { Consistency, CqlRow } from '../../system/ports/cql.ts';
import type { ClusteringKey, KeyPart } from './clustering.ts';
import type { CassandraNode } from './cassandra-node.ts';
import type { Partition } from './partition.ts';

/** Which rows of a partition a SELECT asks for. */
export interface Selection {
  readonly prefix: readonly KeyPart[];
  readonly reversed: boolean;
  /** Infinity where none was given. */
  readonly limit: number;
}

export type OperationBody =
  | {
      readonly kind: 'insert' | 'insert-if-not-exists';
      readonly key: ClusteringKey;
      readonly values: CqlRow;
      readonly ttlSeconds: number;
    }
  | { readonly kind: 'delete-row'; readonly key: ClusteringKey }
  | { readonly kind: 'delete-partition' }
  | { readonly kind: 'select'; readonly selection: Selection };

/** A statement with its values, checked and resolved: what a coordinator carries out. */
export interface Operation {
  readonly body: OperationBody;
  readonly partition: Partition;
  /** By ordinal. */
  readonly replicas: readonly CassandraNode[];
  readonly consistency: Consistency;
  /** Answers that must come in (cassandra-and-live 3). */
  readonly blockFor: number;
  readonly timestampUs: number;
  /** Bytes of the request on the wire. */
  readonly bytes: number;
}

export function blockFor(consistency: Consistency, replicationFactor: number): number {
  switch (consistency) {
    case 'ONE':
    case 'LOCAL_ONE':
      return 1;
    case 'QUORUM':
    case 'LOCAL_QUORUM':
      return quorumOf(replicationFactor);
    case 'ALL':
      return replicationFactor;
  }
}

export function quorumOf(replicationFactor: number): number {
  return Math.floor(replicationFactor / 2) + 1;
}

/** What a coordinator answers. */
export type Outcome =
  | { readonly kind: 'written' }
  | { readonly kind: 'rows'; readonly rows: readonly CqlRow[] }
  | { readonly kind: 'claimed'; readonly applied: boolean; readonly row: CqlRow | undefined }
  | {
      readonly kind: 'refused';
      readonly code: 'unavailable' | 'write-timeout' | 'read-timeout';
      readonly message: string;
      /** For a read that timed out: enough replicas answered, but none with the data (cassandra-and-live 56). */
      readonly onlyDataMissing: boolean;
    };

export const written: Outcome = { kind: 'written' };

export function refused(code: 'unavailable' | 'write-timeout' | 'read-timeout', message: string): Outcome {
  return { kind: 'refused', code, message, onlyDataMissing: false };
}

/** One try of an operation by one coordinator; `respond` is called there, at most once. */
export interface ServerRequest {
  readonly operation: Operation;
  /** Where all delays of this try come from. */
  readonly seed: number;
  respond(outcome: Outcome): void;
}
