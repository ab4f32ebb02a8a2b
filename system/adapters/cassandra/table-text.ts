import { createHash } from 'node:crypto';
import type { CqlTable } from '../../ports/cql.ts';
import type { CqlKeyspace } from '../../ports/cql-wide.ts';

/** How a table lies on disk (cassandra-and-live 32, 35, §2.3). */
export interface TableStorage {
  /** Time-window compaction: rows of one window expire and are dropped together. Absent: levelled by size. */
  readonly compactionWindow?: { readonly unit: 'HOURS' | 'DAYS'; readonly size: number };
  /** Not below the hint window of 3 h, or hints of deletions are lost (17, 41). */
  readonly gcGraceSeconds: number;
  /** `NONE` keeps read repair from writing old rows into new windows (35). */
  readonly readRepair: 'BLOCKING' | 'NONE';
  readonly compressed: boolean;
}

export const defaultStorage: TableStorage = {
  gcGraceSeconds: 864_000,
  readRepair: 'BLOCKING',
  compressed: true,
};

export function createKeyspaceText(keyspace: CqlKeyspace): string {
  const replicas = Object.entries(keyspace.replicas).map(
    ([dataCentre, count]) => `, '${dataCentre}': ${count}`,
  );
  return (
    `CREATE KEYSPACE IF NOT EXISTS ${keyspace.name} WITH replication = ` +
    `{'class': 'NetworkTopologyStrategy'${replicas.join('')}} AND durable_writes = ${keyspace.durableWrites}`
  );
}

/**
 * The table's id is a function of its name: two processes that create it at once create the same table, where
 * otherwise each node could keep another id for it.
 */
export function createTableText(keyspace: string, table: CqlTable, storage: TableStorage): string {
  const columns = Object.entries(table.columns).map(([column, type]) => `${column} ${type}`);
  const key = [`(${table.partitionKey.join(', ')})`, ...table.clusteringKey].join(', ');
  const { compactionWindow: window } = storage;
  const options = [
    `id = ${tableId(keyspace, table.name)}`,
    `default_time_to_live = ${table.defaultTtlSeconds}`,
    `gc_grace_seconds = ${storage.gcGraceSeconds}`,
    `read_repair = '${storage.readRepair}'`,
    ...(window === undefined
      ? []
      : [
          `compaction = {'class': 'TimeWindowCompactionStrategy', ` +
            `'compaction_window_unit': '${window.unit}', 'compaction_window_size': ${window.size}}`,
        ]),
    ...(storage.compressed ? [] : [`compression = {'enabled': 'false'}`]),
  ];
  return (
    `CREATE TABLE IF NOT EXISTS ${keyspace}.${table.name} (${columns.join(', ')}, PRIMARY KEY (${key})) ` +
    `WITH ${options.join(' AND ')}`
  );
}

function tableId(keyspace: string, table: string): string {
  const hex = createHash('md5').update(`${keyspace}.${table}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `3${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-');
}
