import { noPaxos, samePaxos } from './ballot.ts';
import type { PaxosState } from './ballot.ts';
import { compareKeys } from './clustering.ts';
import type { ClusteringKey } from './clustering.ts';
import { sameRanges } from './range-tombstone.ts';
import type { RangeTombstone } from './range-tombstone.ts';
import { purgeRow, sameRow } from './stored-row.ts';
import type { StoredRow } from './stored-row.ts';
import type { TableSchema } from './table-schema.ts';

/** What a replica holds of one partition: rows in clustering order, the partition's deletion, Paxos. */
export class ReplicaState {
  deletionUs = -Infinity;
  deletionSecond = 0;
  /** Deletions of key ranges, by prefix in clustering order. Absent where there are none, as nearly always. */
  ranges: readonly RangeTombstone[] | undefined;
  paxos: PaxosState = noPaxos;
  keys: ClusteringKey[] = [];
  rows: StoredRow[] = [];

  /** Index of the row, or the complement of where it belongs. */
  indexOf(key: ClusteringKey): number {
    const keys = this.keys;
    let high = keys.length - 1;
    // Rows nearly always come in clustering order.
    if (high >= 0) {
      const order = compareKeys(keys[high] as ClusteringKey, key);
      if (order === 0) return high;
      if (order < 0) return ~keys.length;
    }
    let low = 0;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const order = compareKeys(keys[middle] as ClusteringKey, key);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return ~low;
  }

  row(key: ClusteringKey): StoredRow | undefined {
    const index = this.indexOf(key);
    return index < 0 ? undefined : this.rows[index];
  }

  /** Puts a row in the place of what was there; undefined takes it away. */
  put(key: ClusteringKey, row: StoredRow | undefined): void {
    const index = this.indexOf(key);
    if (index >= 0) {
      if (row !== undefined) {
        this.rows[index] = row;
      } else {
        this.keys.splice(index, 1);
        this.rows.splice(index, 1);
      }
    } else if (row !== undefined) {
      if (~index === this.keys.length) {
        this.keys.push(key);
        this.rows.push(row);
      } else {
        this.keys.splice(~index, 0, key);
        this.rows.splice(~index, 0, row);
      }
    }
  }

  copy(): ReplicaState {
    const copy = new ReplicaState();
    copy.deletionUs = this.deletionUs;
    copy.deletionSecond = this.deletionSecond;
    copy.ranges = this.ranges;
    copy.paxos = this.paxos;
    copy.keys = [...this.keys];
    copy.rows = [...this.rows];
    return copy;
  }

  equals(schema: TableSchema, other: ReplicaState): boolean {
    if (this.deletionUs !== other.deletionUs || !samePaxos(this.paxos, other.paxos)) return false;
    if (this.deletionSecond !== other.deletionSecond || !sameRanges(this.ranges, other.ranges)) return false;
    if (this.rows.length !== other.rows.length) return false;
    // The newest rows differ first.
    for (let index = this.rows.length - 1; index >= 0; index--) {
      const row = this.rows[index] as StoredRow;
      const otherRow = other.rows[index] as StoredRow;
      if (row === otherRow && this.keys[index] === other.keys[index]) continue;
      if (compareKeys(this.keys[index] as ClusteringKey, other.keys[index] as ClusteringKey) !== 0)
        return false;
      if (!sameRow(schema, row, otherRow)) return false;
    }
    return true;
  }
}

/** The state without what gc grace lets a compaction forget; undefined where nothing would change. */
export function purgeState(
  state: ReplicaState,
  nowSecond: number,
  graceSeconds: number,
): ReplicaState | undefined {
  const purged = new ReplicaState();
  purged.paxos = state.paxos;
  const isOld = (deletionSecond: number): boolean => deletionSecond + graceSeconds <= nowSecond;
  if (!isOld(state.deletionSecond)) {
    purged.deletionUs = state.deletionUs;
    purged.deletionSecond = state.deletionSecond;
  }
  const ranges = state.ranges?.filter((range) => !isOld(range.deletionSecond));
  purged.ranges = ranges === undefined || ranges.length === 0 ? undefined : ranges;
  let changed =
    purged.deletionUs !== state.deletionUs || (purged.ranges?.length ?? 0) !== (state.ranges?.length ?? 0);
  state.rows.forEach((row, index) => {
    const kept = purgeRow(row, nowSecond, graceSeconds);
    if (kept !== row) changed = true;
    if (kept === undefined) return;
    purged.keys.push(state.keys[index] as ClusteringKey);
    purged.rows.push(kept);
  });
  return changed ? purged : undefined;
}
