import type { CqlTable } from '../../../ports/cql.ts';
import { shadowTableOf } from '../mirror/isolation.ts';

/** An hour (delivery R159). */
export const idempotencyTtlSeconds = 3600;

/** Who came first with a key, and with what (delivery R166). Only ever written by light-weight transactions. */
export const claimTable: CqlTable = {
  name: 'idempotency_keys',
  partitionKey: ['key'],
  clusteringKey: [],
  columns: {
    key: 'text',
    operation_type: 'text',
    client: 'text',
    request_id: 'text',
    payload: 'text',
    created_us: 'bigint',
  },
  defaultTtlSeconds: idempotencyTtlSeconds,
};

/** What was answered: a table of its own, since plain writes beside light-weight transactions lose against their ballots. */
export const answerTable: CqlTable = {
  name: 'idempotency_answers',
  partitionKey: ['key'],
  clusteringKey: [],
  columns: { key: 'text', result: 'text', processed_us: 'bigint' },
  defaultTtlSeconds: idempotencyTtlSeconds,
};

/** What live reads. */
export const operationTable: CqlTable = {
  name: 'operations',
  partitionKey: ['client'],
  clusteringKey: ['key'],
  columns: {
    client: 'text',
    key: 'text',
    operation: 'text',
    payload: 'text',
    writer: 'text',
    created_us: 'bigint',
  },
  defaultTtlSeconds: 0,
};

/** Writes that the shadow store still owes (delivery R167). */
export const shadowWriteTable: CqlTable = {
  name: 'shadow_writes',
  partitionKey: ['client'],
  clusteringKey: ['key'],
  columns: {
    client: 'text',
    key: 'text',
    operation: 'text',
    payload: 'text',
    created_us: 'bigint',
    shadow_status: 'text',
  },
  defaultTtlSeconds: 0,
};

export const idempotencyTables: readonly CqlTable[] = [
  claimTable,
  answerTable,
  operationTable,
  shadowTableOf(operationTable),
  shadowWriteTable,
];
