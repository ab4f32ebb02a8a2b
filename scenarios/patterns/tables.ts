import type { CqlTable } from '../../system/ports/cql.ts';

/** Results by key; `retention` seconds by default. */
export function resultTable(retentionSeconds: number): CqlTable {
  return {
    name: 'pattern_result',
    partitionKey: ['unit'],
    clusteringKey: ['context'],
    columns: { unit: 'text', context: 'int', value: 'text', detail: 'text' },
    defaultTtlSeconds: retentionSeconds,
  };
}

/** Results by key and version. */
export function versionTable(retentionSeconds: number): CqlTable {
  return {
    name: 'pattern_version',
    partitionKey: ['unit', 'context'],
    clusteringKey: ['version'],
    columns: { unit: 'text', context: 'int', version: 'int', value: 'text', detail: 'text' },
    defaultTtlSeconds: retentionSeconds,
  };
}

/** Who does a job, by light-weight transaction. */
export const claimTable: CqlTable = {
  name: 'pattern_claim',
  partitionKey: ['job'],
  clusteringKey: [],
  columns: { job: 'text', owner: 'text', state: 'text' },
  defaultTtlSeconds: 0,
};

/** Which jobs were done; kept as long as the results. */
export function markTable(retentionSeconds: number): CqlTable {
  return {
    name: 'pattern_mark',
    partitionKey: ['job'],
    clusteringKey: [],
    columns: { job: 'text', state: 'text' },
    defaultTtlSeconds: retentionSeconds,
  };
}

/** Stands for a counter, which the model does not have: every increment that is applied is a row of its own. */
export const tallyTable: CqlTable = {
  name: 'pattern_tally',
  partitionKey: ['job'],
  clusteringKey: ['increment'],
  columns: { job: 'text', increment: 'int', amount: 'int' },
  defaultTtlSeconds: 0,
};
