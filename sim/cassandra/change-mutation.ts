import type { CqlRow } from '../../system/ports/cql.ts';
import type { CassandraNode } from './cassandra-node.ts';
import type { Cell } from './cells.ts';
import { compareKeys } from './clustering.ts';
import { together } from './mutation.ts';
import type { Mutation, PartitionMutation } from './mutation.ts';
import type { Change, Operation, StampedChange } from './operation.ts';
import { expiryAt } from './partition.ts';
import type { Partition } from './partition.ts';
import { deletedRow, mergeRows } from './stored-row.ts';
import type { MixedRow } from './stored-row.ts';

/**
 * What replicas get of a statement: made by its coordinator, whose second a TTL counts from (cassandra-and-live 28).
 * Deletions carry the timestamp itself: what was written with it is gone (19).
 */
export function changeMutation(
  partition: Partition,
  change: Change,
  timestampUs: number,
  nowSecond: number,
): PartitionMutation {
  const differing = partition.store.schema.deviations;
  const deletionUs =
    differing.size > 0 && differing.has('delete-spares-equal-timestamp') ? timestampUs - 1 : timestampUs;
  switch (change.kind) {
    case 'insert':
    case 'update': {
      const { key, values, ttlSeconds } = change;
      const expirySecond = expiryAt(nowSecond, ttlSeconds, differing);
      const createsRow =
        differing.size === 0
          ? change.kind === 'insert'
          : differing.has(change.kind === 'insert' ? 'insert-without-liveness' : 'update-creates-row') !==
            (change.kind === 'insert');
      if (createsRow) {
        const row = partition.buildRow(values, key, timestampUs, expirySecond, nowSecond);
        return partition.insertion(key, row);
      }
      return partition.insertion(key, updatedCells(partition, values, timestampUs, expirySecond, nowSecond));
    }
    case 'delete-row':
      return partition.rowDeletion(change.key, deletionUs, nowSecond);
    case 'delete-cells': {
      const schema = partition.store.schema;
      const tombstone: Cell = { timestampUs, tombstone: true, localSecond: nowSecond, value: null };
      const cells = schema.regularColumns.map((_, column) =>
        change.columns.includes(column) ? tombstone : undefined,
      );
      return partition.insertion(change.key, { ...deletedRow(schema, -Infinity), cells });
    }
    case 'delete-range':
      return partition.rangeDeletion({ prefix: change.prefix, deletionUs, deletionSecond: nowSecond });
    case 'delete-partition':
      return partition.deletion(deletionUs, nowSecond);
  }
}

/** The mutation of a plain write that is one statement. */
export function mutationOf(operation: Operation, timestampUs: number, nowSecond: number): PartitionMutation {
  const { body, partition } = operation;
  switch (body.kind) {
    case 'insert':
    case 'update':
    case 'delete-row':
    case 'delete-cells':
    case 'delete-range':
    case 'delete-partition':
      return changeMutation(partition, body, timestampUs, nowSecond);
    case 'conditional':
    case 'batch':
    case 'select':
      throw new TypeError(`a ${body.kind} is no single write`);
  }
}

/** The mutations of a batch, one for each partition key: all without a timestamp of their own share one (cassandra-and-live 13, 16). */
export function batchMutations(
  changes: readonly StampedChange[],
  sharedUs: number,
  nowSecond: number,
): readonly Mutation[] {
  const byKey = new Map<string, PartitionMutation[]>();
  changes.forEach(({ partition, change, timestampUs }, index) => {
    const rises = partition.store.schema.deviations.has('batch-timestamps-rise');
    const stampUs = timestampUs ?? sharedUs + (rises ? index : 0);
    const mutation = changeMutation(partition, change, stampUs, nowSecond);
    const name = JSON.stringify(partition.keyParts);
    const known = byKey.get(name);
    if (known === undefined) byKey.set(name, [mutation]);
    else known.push(mutation);
  });
  return Array.from(byKey.values(), together);
}

/**
 * The mutation of a light-weight transaction, before its ballot stamps it: changes of one row have become one, so that
 * a row deletion takes what the same batch writes, although the ballot then stamps deletions 1 µs earlier.
 */
export function conditionalMutation(
  changes: readonly StampedChange[],
  stampUs: number,
  nowSecond: number,
): Mutation {
  const mutations: PartitionMutation[] = [];
  for (const { partition, change } of changes) {
    const made = changeMutation(partition, change, stampUs, nowSecond);
    const index = mutations.findIndex(
      (known) => known.kind === 'row' && made.kind === 'row' && compareKeys(known.key, made.key) === 0,
    );
    const known = mutations[index];
    if (made.kind !== 'row' || known?.kind !== 'row') {
      mutations.push(made);
    } else {
      const row = mergeRows(partition.store.schema, known.row, made.row);
      mutations[index] = { ...known, row, bytes: known.bytes + made.bytes };
    }
  }
  return together(mutations);
}

/** The timestamp of a write: the client's, or else the coordinator's own (cassandra-and-live 24). */
export function stampOfWrite(operation: Operation, coordinator: CassandraNode): number {
  return operation.timestampUs ?? coordinator.nextTimestampUs();
}

function updatedCells(
  partition: Partition,
  values: CqlRow,
  timestampUs: number,
  expirySecond: number,
  nowSecond: number,
): MixedRow {
  const schema = partition.store.schema;
  const cells = schema.regularColumns.map((_, column): Cell | undefined => {
    const value = schema.regular(values, column);
    if (value === undefined) return undefined;
    if (value === null) return { timestampUs, tombstone: true, localSecond: nowSecond, value };
    const kept = value instanceof Uint8Array ? value.slice() : value;
    return { timestampUs, tombstone: false, localSecond: expirySecond, value: kept };
  });
  return { ...deletedRow(schema, -Infinity), cells };
}
