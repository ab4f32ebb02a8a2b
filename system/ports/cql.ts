/** text · bigint and int as integers within ±2⁵³ · double · blob. */
export type CqlValue = string | number | Uint8Array | null;
export type CqlRow = Readonly<Record<string, CqlValue>>;
export type CqlColumnType = 'text' | 'bigint' | 'int' | 'double' | 'blob';

/** A table as data: migrations and the simulated store are both made from it. */
export interface CqlTable {
  readonly name: string;
  readonly partitionKey: readonly string[];
  readonly clusteringKey: readonly string[];
  readonly columns: Readonly<Record<string, CqlColumnType>>;
  readonly defaultTtlSeconds: number;
}

/** The prepared statements the system uses, as data. Each value is bound by column name. */
export type CqlStatement =
  /** Upsert of the bound columns; all key columns must be bound. */
  | { readonly kind: 'insert'; readonly table: CqlTable }
  /** Light-weight transaction `IF NOT EXISTS`: the result says `applied`, and if not, the row that was there. */
  | { readonly kind: 'insert-if-not-exists'; readonly table: CqlTable }
  /** Rows of one partition whose leading clustering columns equal the bound ones; in clustering order, or reversed; at most `limit`. */
  | {
      readonly kind: 'select';
      readonly table: CqlTable;
      readonly reversed?: boolean;
      readonly limit?: number;
    }
  /** Deletes one row (all clustering columns bound) or the whole partition (none bound). */
  | { readonly kind: 'delete'; readonly table: CqlTable };

export type Consistency = 'ONE' | 'LOCAL_ONE' | 'QUORUM' | 'LOCAL_QUORUM' | 'ALL';

export interface CqlOptions {
  readonly consistency: Consistency;
  /** Needed for retries by the driver (cassandra-and-live 55). Never true for light-weight transactions (58). */
  readonly idempotent: boolean;
  readonly timeoutMs: number;
  /** `USING TIMESTAMP`, microseconds since the epoch; absent: the driver's own monotonic generator (25). */
  readonly timestampUs?: number;
  /** `USING TTL`; absent: the table's default. */
  readonly ttlSeconds?: number;
}

export interface CqlResult {
  readonly rows: readonly CqlRow[];
  /** Only for light-weight transactions. */
  readonly applied?: boolean;
}

/** A session with one Cassandra cluster. Rejects with a `PortError`: `timeout`, `disconnected`, `unavailable`, `write-timeout`, `read-timeout`, `overloaded`, `invalid`. */
export interface CqlSession {
  execute(statement: CqlStatement, values: CqlRow, options: CqlOptions): Promise<CqlResult>;
}

export interface CqlConnector {
  connect(name: string): Promise<CqlSession>;
}
