import type { CqlColumnType, CqlRow, CqlTable, CqlValue } from './cql.ts';

/**
 * All of Cassandra that the conformance suite compares with the real server: more than the system itself uses
 * (`cql.ts`), as data again, so that one generated sequence can run on either side.
 * Not modelled: counters, collections, static columns, secondary indexes, ranges other than by key prefix, paging.
 */

/** Levels of plain reads and writes; `SERIAL` and `LOCAL_SERIAL` only for selects, `ANY` only for writes (cassandra-and-live 3, 5). */
export type WideConsistency =
  | 'ANY'
  | 'ONE'
  | 'TWO'
  | 'THREE'
  | 'QUORUM'
  | 'ALL'
  | 'LOCAL_ONE'
  | 'LOCAL_QUORUM'
  | 'EACH_QUORUM'
  | SerialConsistency;

/** Which replicas take part in a light-weight transaction's rounds: all, or those of the coordinator's data centre (50). */
export type SerialConsistency = 'SERIAL' | 'LOCAL_SERIAL';

/** Replicas by data centre: `NetworkTopologyStrategy`. */
export interface CqlKeyspace {
  readonly name: string;
  readonly replicas: Readonly<Record<string, number>>;
  readonly durableWrites: boolean;
}

export type ConditionOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** `IF column operator value`; `null` only with `=` and `!=`. */
export interface ColumnCondition {
  readonly column: string;
  readonly operator: ConditionOperator;
  readonly value: CqlValue;
}

/** What makes a write a light-weight transaction (44). `if-not-exists` only for inserts, the others only for updates and deletes. */
export type CqlCondition =
  | { readonly kind: 'if-not-exists' }
  | { readonly kind: 'if-exists' }
  | { readonly kind: 'if'; readonly columns: readonly ColumnCondition[] };

/** What every write can carry. */
interface WriteClauses {
  readonly table: CqlTable;
  /** By column name: undefined columns are not bound, a bound null writes a tombstone (22). */
  readonly values: CqlRow;
  /** `USING TIMESTAMP`, microseconds since the epoch; invalid together with a condition (23). */
  readonly timestampUs?: number;
  readonly condition?: CqlCondition;
}

export type WideWrite =
  /** All key columns bound; writes the row's liveness (20). */
  | (WriteClauses & {
      readonly kind: 'insert';
      /** `USING TTL`; 0: no expiry even where the table has a default (30). */
      readonly ttlSeconds?: number;
    })
  /** All key columns and at least one other bound; writes no liveness. */
  | (WriteClauses & { readonly kind: 'update'; readonly ttlSeconds?: number })
  /** `DELETE a, b FROM …`: tombstones for cells of one row; the key columns are bound. */
  | (WriteClauses & { readonly kind: 'delete-cells'; readonly columns: readonly string[] })
  /** All clustering columns bound: one row; a leading part: all rows with that prefix; none: the partition. */
  | (WriteClauses & { readonly kind: 'delete' });

export type WideStatement =
  | WideWrite
  /** Rows of one partition whose leading clustering columns equal the bound ones. */
  | {
      readonly kind: 'select';
      readonly table: CqlTable;
      readonly values: CqlRow;
      readonly reversed?: boolean;
      readonly limit?: number;
      /** Adds `writetime(c)` and `ttl(c)` to each row for every column c that is no key; null where the cell is none. */
      readonly withStamps?: boolean;
    }
  /**
   * A batch (13–16): one timestamp for all statements without their own. One partition: one mutation. Conditions:
   * one partition and one table only, all must hold, all or nothing is written (54).
   */
  | { readonly kind: 'batch'; readonly logged: boolean; readonly writes: readonly WideWrite[] };

export interface WideOptions {
  readonly consistency: WideConsistency;
  /** Default `SERIAL`. */
  readonly serialConsistency?: SerialConsistency;
  /** The timestamp that the client sends for what has none of its own (24); absent: the coordinator's clock decides. */
  readonly clientTimestampUs?: number;
  /** After which the client gives up; the statement goes on. */
  readonly timeoutMs: number;
  /** Index of the node that coordinates; absent: the session's choice. Nothing is retried elsewhere where it is given. */
  readonly coordinator?: number;
}

export type WriteType = 'SIMPLE' | 'BATCH' | 'UNLOGGED_BATCH' | 'BATCH_LOG' | 'CAS';

/** Why there is no result, as the server's error says it (6, 9, 10, 40, 48) or as the client saw it. */
export type CqlFailure =
  /** Too few replicas live in the coordinator's eyes. */
  | {
      readonly kind: 'unavailable';
      readonly consistency: WideConsistency;
      readonly required: number;
      readonly alive: number;
    }
  | {
      readonly kind: 'write-timeout' | 'write-failure';
      readonly consistency: WideConsistency;
      readonly received: number;
      readonly required: number;
      readonly writeType: WriteType;
    }
  | {
      readonly kind: 'read-timeout' | 'read-failure';
      readonly consistency: WideConsistency;
      readonly received: number;
      readonly required: number;
      readonly dataPresent: boolean;
    }
  | { readonly kind: 'overloaded' | 'bootstrapping' }
  /** Refused by the statement's own fault; nothing was done. */
  | { readonly kind: 'invalid' }
  /** The client gave up waiting. */
  | { readonly kind: 'client-timeout' }
  /** The connection ended while the answer was awaited. */
  | { readonly kind: 'disconnected' }
  /** No connection to the coordinator: nothing was sent. */
  | { readonly kind: 'not-connected' };

export type WideOutcome =
  | { readonly kind: 'rows'; readonly rows: readonly CqlRow[] }
  | { readonly kind: 'written' }
  /** Of a statement or batch with conditions; `rows` are what stood against it (45), empty where no row was there. */
  | { readonly kind: 'conditional'; readonly applied: boolean; readonly rows: readonly CqlRow[] }
  | { readonly kind: 'failed'; readonly failure: CqlFailure };

/** One client. `execute` never rejects for what Cassandra or the connection does: that is a `failed` outcome. */
export interface WideCqlSession {
  execute(statement: WideStatement, options: WideOptions): Promise<WideOutcome>;
  close(): Promise<void>;
}

export interface WideCqlConnector {
  connectWide(name: string): Promise<WideCqlSession>;
}

/** Columns that are no part of the key, in the table's order. */
export function regularColumnsOf(table: CqlTable): readonly (readonly [string, CqlColumnType])[] {
  const keys = new Set([...table.partitionKey, ...table.clusteringKey]);
  return Object.entries(table.columns).filter(([column]) => !keys.has(column));
}
