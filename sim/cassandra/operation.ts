import type { ConditionOperator, CqlFailure, SerialConsistency } from '../../system/ports/cql-wide.ts';
import type { CqlRow, CqlValue } from '../../system/ports/cql.ts';
import type { CassandraNode } from './cassandra-node.ts';
import type { ClusteringKey, KeyPart } from './clustering.ts';
import type { ConsistencyLevel } from './consistency.ts';
import type { Partition } from './partition.ts';

/** Which rows of a partition a SELECT asks for. */
export interface Selection {
  readonly prefix: readonly KeyPart[];
  readonly reversed: boolean;
  /** Infinity where none was given. */
  readonly limit: number;
  /** With `writetime(c)` and `ttl(c)` of each column that is no key. */
  readonly withStamps: boolean;
}

/** One statement's change of one partition. */
export type Change =
  | {
      /** An insert writes the row's liveness too (cassandra-and-live 20). */
      readonly kind: 'insert' | 'update';
      readonly key: ClusteringKey;
      readonly values: CqlRow;
      readonly ttlSeconds: number;
    }
  | { readonly kind: 'delete-row'; readonly key: ClusteringKey }
  | { readonly kind: 'delete-cells'; readonly key: ClusteringKey; readonly columns: readonly number[] }
  | { readonly kind: 'delete-range'; readonly prefix: readonly KeyPart[] }
  | { readonly kind: 'delete-partition' };

export interface StampedChange {
  readonly partition: Partition;
  readonly change: Change;
  /** `USING TIMESTAMP`; undefined: that of the whole operation. */
  readonly timestampUs: number | undefined;
}

export interface ColumnTest {
  /** Index of the regular column. */
  readonly column: number;
  readonly operator: ConditionOperator;
  readonly value: CqlValue;
}

/** The condition of a light-weight transaction on one row. */
export type RowTest =
  | { readonly kind: 'absent' | 'present'; readonly key: ClusteringKey }
  | { readonly kind: 'columns'; readonly key: ClusteringKey; readonly columns: readonly ColumnTest[] };

export type OperationBody =
  | Change
  | {
      readonly kind: 'conditional';
      readonly tests: readonly RowTest[];
      readonly changes: readonly StampedChange[];
      readonly isBatch: boolean;
    }
  | { readonly kind: 'batch'; readonly logged: boolean; readonly changes: readonly StampedChange[] }
  | { readonly kind: 'select'; readonly selection: Selection };

/** A statement with its values, checked and resolved: what a coordinator carries out. */
export interface Operation {
  readonly body: OperationBody;
  /** Of a batch the first statement's. */
  readonly partition: Partition;
  /** By ordinal. */
  readonly replicas: readonly CassandraNode[];
  readonly consistency: ConsistencyLevel;
  readonly serialConsistency: SerialConsistency;
  /** Answers that must come in where the ring has one data centre (cassandra-and-live 3). */
  readonly blockFor: number;
  /** The client's; undefined where the coordinator's clock decides (cassandra-and-live 24). */
  readonly timestampUs: number | undefined;
  /** Bytes of the request on the wire. */
  readonly bytes: number;
}

/** What a coordinator answers. */
export type Outcome =
  | { readonly kind: 'written' }
  | { readonly kind: 'rows'; readonly rows: readonly CqlRow[] }
  /** `rows`: what stood against it. */
  | { readonly kind: 'conditional'; readonly applied: boolean; readonly rows: readonly CqlRow[] }
  | { readonly kind: 'refused'; readonly failure: CqlFailure };

export const written: Outcome = { kind: 'written' };

export function refused(failure: CqlFailure): Outcome {
  return { kind: 'refused', failure };
}

/** One try of an operation by one coordinator; `respond` is called there, at most once. */
export interface ServerRequest {
  readonly operation: Operation;
  /** Where all delays of this try come from. */
  readonly seed: number;
  respond(outcome: Outcome): void;
}
