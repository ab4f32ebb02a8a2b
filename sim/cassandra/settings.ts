import type { CqlTable } from '../../system/ports/cql.ts';
import { chunkTable, tables, tchartTable, uchartTable } from '../../system/ports/tables.ts';
import { faithful } from './deviations.ts';
import type { Deviations } from './deviations.ts';
import { defaultServiceTimes } from './service-time.ts';
import type { ServiceTimes } from './service-time.ts';

/** When rows of a table may leave memory. The real server keeps them on disk until their TTL; here a read of one ends the run as unknown. */
export type ColdPolicy =
  /** A whole partition, this long after its last write. */
  | { readonly kind: 'idle'; readonly afterUs: number }
  /** Each row, this long after it was written, from the first in clustering order on; the partition with its last row. */
  | { readonly kind: 'older'; readonly afterUs: number }
  /** All but the newest rows of a partition. */
  | { readonly kind: 'beyond-newest'; readonly rows: number };

/** One data centre of a ring. */
export interface Datacentre {
  readonly name: string;
  readonly nodeCount: number;
  readonly replicationFactor: number;
  readonly racks: number;
}

/** Options of one table beside its TTL (`schema/TableParams`). */
export interface TableParameters {
  readonly gcGraceSeconds: number;
  readonly readRepair: 'blocking' | 'none';
}

export const defaultTableParameters: TableParameters = { gcGraceSeconds: 864_000, readRepair: 'blocking' };

/** A ring and the numbers of its `cassandra.yaml`; the defaults are those of Cassandra 5.0 (cassandra-and-live §1.1). */
export interface CassandraOptions {
  readonly nodeCount: number;
  readonly replicationFactor: number;
  /** Several data centres instead of one with `nodeCount` nodes and one rack. */
  readonly datacentres: readonly Datacentre[] | undefined;
  /** What a message between two data centres takes on top. */
  readonly interDatacentreUs: number;
  /** Tokens a node (`num_tokens`). */
  readonly virtualNodes: number;
  /** Prefix of the machines' names. */
  readonly name: string;
  readonly tables: readonly CqlTable[];
  readonly serviceTimes: ServiceTimes;
  /** Compute undisturbed operations at once. Off: every message is an event. */
  readonly elide: boolean;
  /** Ways in which this ring differs from Cassandra on purpose. Empty in every simulation. */
  readonly deviations: Deviations;
  /** By table; what is not there has `defaultTableParameters`. */
  readonly tableParameters: Readonly<Record<string, TableParameters>>;
  readonly writeTimeoutUs: number;
  readonly readTimeoutUs: number;
  readonly casContentionTimeoutUs: number;
  readonly hintWindowUs: number;
  readonly hintIntervalUs: number;
  /** 1024 KiB/s a node, shared by the others (cassandra-and-live §1.1). */
  readonly hintBytesPerSecond: number;
  /** Hint files are written but not synced: a power loss takes what the kernel had not yet flushed. */
  readonly hintFlushUs: number;
  readonly hintWritebackUs: number;
  readonly batchlogIntervalUs: number;
  /** `batch`: a write is acknowledged after its sync, so that no crash loses it; `periodic`: before. */
  readonly commitLogSync: 'periodic' | 'batch';
  readonly commitLogSyncUs: number;
  /** A kill takes up to this much of the newest writes with it, also acknowledged ones (measured on 5.0.8: sync markers every 100 ms). */
  readonly killLossUs: number;
  /** Silence until a node is convicted by phi 8. */
  readonly convictionUs: { readonly least: number; readonly most: number };
  /** Until a node that is back is seen, once its neighbours' next dial comes through (measured, docs/fidelity/cassandra.md). */
  readonly revivalUs: { readonly least: number; readonly most: number };
  /** From the start of the process to serving clients; the commit log is replayed in it. */
  readonly startupUs: number;
  readonly cold: Readonly<Record<string, ColdPolicy>>;
  readonly coldSweepUs: number;
}

const hourUs = 3_600_000_000;
const hourSeconds = 3600;

export const defaultCassandraOptions: CassandraOptions = {
  nodeCount: 6,
  replicationFactor: 3,
  datacentres: undefined,
  interDatacentreUs: 10_000,
  virtualNodes: 16,
  name: 'cassandra',
  tables,
  serviceTimes: defaultServiceTimes,
  elide: true,
  deviations: faithful,
  tableParameters: {
    [chunkTable.name]: { gcGraceSeconds: 6 * hourSeconds, readRepair: 'none' },
    [tchartTable.name]: { gcGraceSeconds: 24 * hourSeconds, readRepair: 'none' },
  },
  writeTimeoutUs: 2_000_000,
  readTimeoutUs: 5_000_000,
  casContentionTimeoutUs: 1_000_000,
  hintWindowUs: 3 * hourUs,
  hintIntervalUs: 10_000_000,
  hintBytesPerSecond: 1_048_576,
  hintFlushUs: 10_000_000,
  hintWritebackUs: 35_000_000,
  batchlogIntervalUs: 10_000_000,
  commitLogSync: 'periodic',
  commitLogSyncUs: 10_000_000,
  killLossUs: 100_000,
  convictionUs: { least: 10_000_000, most: 18_000_000 },
  revivalUs: { least: 200_000, most: 2_000_000 },
  startupUs: 15_000_000,
  cold: {
    [chunkTable.name]: { kind: 'idle', afterUs: 6 * hourUs },
    [tchartTable.name]: { kind: 'older', afterUs: 1.5 * hourUs },
    [uchartTable.name]: { kind: 'beyond-newest', rows: 44 },
  },
  coldSweepUs: 300_000_000,
};
