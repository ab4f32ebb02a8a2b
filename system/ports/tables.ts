import type { CqlTable } from './cql.ts';

const daySeconds = 86_400;

/** Chunks as they arrive: durable before the answer, read back when the context completes (PRODUCT, storing). */
export const chunkTable: CqlTable = {
  name: 'chunk_staging',
  partitionKey: ['tool', 'context_sequence'],
  clusteringKey: ['request_sequence'],
  columns: { tool: 'text', context_sequence: 'bigint', request_sequence: 'int', payload: 'blob' },
  defaultTtlSeconds: daySeconds,
};

/** Packed T-charts; `bucket_ms` is the context's start rounded down to 4 h (cassandra-and-live §2.3, delivery R22, R23, R205). */
export const tchartTable: CqlTable = {
  name: 'tchart',
  partitionKey: ['tool', 'bucket_ms'],
  clusteringKey: ['context_sequence', 'blob_index'],
  columns: {
    tool: 'text',
    bucket_ms: 'bigint',
    context_sequence: 'bigint',
    blob_index: 'int',
    payload: 'blob',
  },
  defaultTtlSeconds: 3 * daySeconds,
};

export function tchartBucketMs(contextStartUs: number): number {
  const bucketMs = 4 * 3_600_000;
  return Math.floor(contextStartUs / 1000 / bucketMs) * bucketMs;
}

/**
 * U-chart results, one row a context: `result` is the encoded chart, the same bytes whoever computes it; `judgement`
 * a JSON text that may be replaced when an earlier context arrives late. `month` is yyyymm (UTC) of the context's end.
 */
export const uchartTable: CqlTable = {
  name: 'uchart',
  partitionKey: ['unit', 'recipe', 'month'],
  clusteringKey: ['end_us', 'context_sequence'],
  columns: {
    unit: 'text',
    recipe: 'text',
    month: 'int',
    end_us: 'bigint',
    context_sequence: 'bigint',
    result: 'blob',
    judgement: 'text',
  },
  defaultTtlSeconds: 365 * daySeconds,
};

export function uchartMonth(endUs: number): number {
  const date = new Date(endUs / 1000);
  return date.getUTCFullYear() * 100 + date.getUTCMonth() + 1;
}

/** U-charts that are about to expire, in the offline store: a cluster of its own, where nothing expires (delivery R207). */
export const uchartArchiveTable: CqlTable = { ...uchartTable, name: 'uchart_archive', defaultTtlSeconds: 0 };

/** Charts of contexts that engineers declared good: the phase I from which limits are learnt, by recipe. */
export const qualifiedTable: CqlTable = {
  name: 'uchart_qualified',
  partitionKey: ['recipe'],
  clusteringKey: ['ordinal'],
  columns: { recipe: 'text', ordinal: 'int', result: 'blob' },
  defaultTtlSeconds: 0,
};

/** The alarm's one effect: whoever creates the row by light-weight transaction has raised it. */
export const alarmTable: CqlTable = {
  name: 'alarm',
  partitionKey: ['tool'],
  clusteringKey: ['context_sequence'],
  columns: {
    tool: 'text',
    context_sequence: 'bigint',
    owner_token: 'text',
    raised_ms: 'bigint',
    score: 'double',
  },
  defaultTtlSeconds: 365 * daySeconds,
};

export const tables: readonly CqlTable[] = [chunkTable, tchartTable, uchartTable, qualifiedTable, alarmTable];
