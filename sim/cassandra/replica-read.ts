import type { CqlRow, CqlValue } from '../../system/ports/cql.ts';
import { SimulationError } from '../kernel/index.ts';
import { neverSecond } from './cells.ts';
import { compareWithPrefix, keyPart } from './clustering.ts';
import type { ClusteringKey } from './clustering.ts';
import type { Selection } from './operation.ts';
import type { Partition } from './partition.ts';
import { rangesWithin } from './range-tombstone.ts';
import { ReplicaState } from './replica-state.ts';
import type { RingCore } from './ring-core.ts';
import { isLiveRow, stampOf, visibleValue } from './stored-row.ts';
import type { StoredRow } from './stored-row.ts';
import type { TableSchema } from './table-schema.ts';

/** Indices [from, to) of the keys that begin with the prefix. */
function range(keys: readonly ClusteringKey[], selection: Selection): [number, number] {
  if (selection.prefix.length === 0) return [0, keys.length];
  const firstAt = (order: number): number => {
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareWithPrefix(keys[middle] as ClusteringKey, selection.prefix) < order) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return [firstAt(0), firstAt(1)];
}

/**
 * What a replica answers: the selected rows in ascending order, tombstones and expired rows with them, up to `limit`
 * live ones. Reading what the cold tier dropped ends the run as unknown.
 */
export function selectFrom(
  core: RingCore,
  partition: Partition,
  state: ReplicaState,
  selection: Selection,
  nowSecond: number,
): ReplicaState {
  const [from, to] = range(state.keys, selection);
  const found = new ReplicaState();
  found.deletionUs = state.deletionUs;
  found.deletionSecond = state.deletionSecond;
  if (state.ranges !== undefined) found.ranges = rangesWithin(state.ranges, selection.prefix);
  let live = 0;
  let low = from;
  let high = to;
  if (selection.reversed) {
    low = to;
    while (low > from && live < selection.limit) {
      if (isLiveRow(state.rows[--low] as StoredRow, nowSecond)) live++;
    }
  } else {
    high = from;
    while (high < to && live < selection.limit) {
      if (isLiveRow(state.rows[high++] as StoredRow, nowSecond)) live++;
    }
  }
  if (reachesCold(partition, selection, live)) failCold(core, partition);
  found.keys = state.keys.slice(low, high);
  found.rows = state.rows.slice(low, high);
  return found;
}

function reachesCold(partition: Partition, selection: Selection, live: number): boolean {
  const cold = partition.cold;
  if (cold === undefined) return false;
  if (cold.kind === 'all') return true;
  if (compareWithPrefix(cold.upTo, selection.prefix) < 0) return false;
  return !selection.reversed || live < selection.limit;
}

export function failCold(core: RingCore, partition: Partition): void {
  const { name } = partition.store.schema.table;
  core.kernel.fail(
    new SimulationError(
      `${name} (${partition.keyParts.join(', ')}): rows were dropped from memory before this read; raise its cold age`,
      'limit',
    ),
  );
}

/** The live rows of a selection as a client gets them. */
export function rowsOf(
  partition: Partition,
  state: ReplicaState,
  selection: Selection,
  nowSecond: number,
): readonly CqlRow[] {
  const rows: CqlRow[] = [];
  const count = state.rows.length;
  for (let step = 0; step < count && rows.length < selection.limit; step++) {
    const index = selection.reversed ? count - 1 - step : step;
    const row = state.rows[index] as StoredRow;
    if (isLiveRow(row, nowSecond))
      rows.push(rowOf(partition, state.keys[index] as ClusteringKey, row, nowSecond, selection.withStamps));
  }
  return rows;
}

function rowOf(
  partition: Partition,
  key: ClusteringKey,
  row: StoredRow,
  nowSecond: number,
  withStamps: boolean,
): CqlRow {
  const schema = partition.store.schema;
  const values: Record<string, CqlValue> = {};
  for (let index = 0; index < schema.partitionColumns.length; index++) {
    values[schema.partitionColumns[index] as string] = partition.keyParts[index] as CqlValue;
  }
  for (let index = 0; index < schema.clusteringColumns.length; index++) {
    values[schema.clusteringColumns[index] as string] = keyPart(key, index);
  }
  for (let index = 0; index < schema.regularColumns.length; index++) {
    values[schema.regularColumns[index] as string] = visibleValue(schema, row, index, nowSecond);
  }
  if (withStamps) addStamps(values, schema, row, nowSecond);
  return values;
}

function addStamps(
  values: Record<string, CqlValue>,
  schema: TableSchema,
  row: StoredRow,
  nowSecond: number,
): void {
  schema.regularColumns.forEach((column, index) => {
    const stamp = stampOf(schema, row, index, nowSecond);
    const expires = stamp !== undefined && stamp.expirySecond !== neverSecond;
    values[`writetime(${column})`] = stamp?.timestampUs ?? null;
    values[`ttl(${column})`] = expires ? stamp.expirySecond - nowSecond : null;
  });
}

/** Several replicas' answers as one. */
export function mergeStates(partition: Partition, states: readonly ReplicaState[]): ReplicaState {
  const merged = new ReplicaState();
  for (const state of states) {
    const { deletionUs, deletionSecond } = state;
    if (deletionUs > -Infinity) partition.applyTo(merged, partition.deletion(deletionUs, deletionSecond));
    for (const range of state.ranges ?? []) partition.applyTo(merged, partition.rangeDeletion(range));
  }
  for (const state of states) {
    for (let index = 0; index < state.rows.length; index++) {
      partition.applyTo(
        merged,
        partition.insertion(state.keys[index] as ClusteringKey, state.rows[index] as StoredRow),
      );
    }
  }
  return merged;
}
