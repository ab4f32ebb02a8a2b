import type { CqlRow, CqlValue } from '../../system/ports/cql.ts';
import { neverSecond } from './cells.ts';
import { compareKeys, compareWithPrefix } from './clustering.ts';
import type { ClusteringKey, KeyPart } from './clustering.ts';
import { faithful } from './deviations.ts';
import type { Deviations } from './deviations.ts';
import type { ElidedRead } from './elided-read.ts';
import type { ElidedWrite } from './elided-write.ts';
import { mutationOverheadBytes } from './mutation.ts';
import type { PartitionMutation } from './mutation.ts';
import { rangeDeletionUs, withRange } from './range-tombstone.ts';
import type { RangeTombstone } from './range-tombstone.ts';
import { ReplicaState } from './replica-state.ts';
import { deletedRow, hasPackedBytes, mergeRows, PlainRow, shadowRow } from './stored-row.ts';
import type { StoredRow } from './stored-row.ts';
import type { TableStore } from './table-store.ts';

/** Rows that the cold tier dropped: all up to and including `upTo`, or every row there was. */
export type ColdRange = { readonly kind: 'up-to'; readonly upTo: ClusteringKey } | { readonly kind: 'all' };

const smallestSegmentBytes = 512;
const largestSegmentBytes = 2_048;

/**
 * One partition of one table with the states of its replicas. While all replicas hold the same there is one state;
 * a difference splits it, and it grows together again when the difference is gone.
 */
export class Partition {
  readonly store: TableStore;
  readonly keyParts: readonly KeyPart[];
  /** The part of the ring it lies in: tells which nodes hold it. */
  readonly range: number;
  readonly replicaCount: number;
  #agreed: ReplicaState | undefined = new ReplicaState();
  #split: ReplicaState[] = [];
  /** Operations under way that were computed at once; whoever looks at the partition brings them back first. */
  readonly elidedWrites: ElidedWrite[] = [];
  readonly elidedReads: ElidedRead[] = [];
  lastWriteUs = 0;
  /** Hints and explicit writes that are still on their way to a replica. */
  outstanding = 0;
  cold: ColdRange | undefined;
  /** From when on nobody should read it any more. */
  retiredUs = Infinity;
  /** The cold tier took the whole of it; a later write or read of this key makes another. */
  dropped = false;
  #segment: Uint8Array | undefined;
  #segmentUsed = 0;

  constructor(store: TableStore, keyParts: readonly KeyPart[], range: number, replicaCount: number) {
    this.store = store;
    this.keyParts = keyParts;
    this.range = range;
    this.replicaCount = replicaCount;
  }

  /** The one state of all replicas; undefined while they differ. */
  get agreed(): ReplicaState | undefined {
    return this.#agreed;
  }

  stateOf(ordinal: number): ReplicaState {
    return this.#agreed ?? (this.#split[ordinal] as ReplicaState);
  }

  /** The state of one replica, to be changed without the others. */
  ownStateOf(ordinal: number): ReplicaState {
    const agreed = this.#agreed;
    if (agreed !== undefined) {
      this.#split = Array.from({ length: this.replicaCount }, () => agreed.copy());
      this.#agreed = undefined;
    }
    return this.#split[ordinal] as ReplicaState;
  }

  /** Puts another state in the place of one replica's. */
  replaceState(ordinal: number, state: ReplicaState): void {
    this.ownStateOf(ordinal);
    this.#split[ordinal] = state;
    this.rejoin();
  }

  /** Lets the states grow together when all hold the same. */
  rejoin(): void {
    if (this.#agreed !== undefined) return;
    const [first, ...rest] = this.#split;
    if (first === undefined) return;
    const schema = this.store.schema;
    if (rest.every((state) => first.equals(schema, state))) {
      this.#agreed = first;
      this.#split = [];
    }
  }

  /**
   * The row that an INSERT makes of its bound values; its blob is copied into a segment. An equal blob that is
   * already there is shared.
   */
  buildRow(
    values: CqlRow,
    key: ClusteringKey,
    timestampUs: number,
    expirySecond: number,
    nowSecond: number,
  ): StoredRow {
    const schema = this.store.schema;
    const columnCount = schema.regularColumns.length;
    const packed = schema.packedColumn;
    let others: (CqlValue | undefined)[] | undefined;
    let bytes: Uint8Array | undefined;
    let nulls = false;
    for (let column = 0; column < columnCount; column++) {
      const value = schema.regular(values, column);
      if (value === null) nulls = true;
      if (column === packed) {
        if (value instanceof Uint8Array) bytes = value;
      } else {
        others ??= Array.from({ length: columnCount }, () => undefined);
        others[column] = value instanceof Uint8Array ? value.slice() : value;
      }
    }
    if (nulls) return this.#rowWithNulls(values, timestampUs, expirySecond, nowSecond);
    if (bytes === undefined) return new PlainRow(timestampUs, expirySecond, others, undefined, 0, 0);
    const known = this.#agreed?.row(key);
    if (hasPackedBytes(known, bytes)) {
      return new PlainRow(timestampUs, expirySecond, others, known.segment, known.offset, known.length);
    }
    const offset = this.#reserve(bytes.length);
    const segment = this.#segment as Uint8Array;
    segment.set(bytes, offset);
    return new PlainRow(timestampUs, expirySecond, others, segment, offset, bytes.length);
  }

  /** The mutation of an INSERT. */
  insertion(key: ClusteringKey, row: StoredRow): PartitionMutation {
    const bytes = mutationOverheadBytes + (row instanceof PlainRow ? row.length : 0);
    return { kind: 'row', partition: this, key, row, bytes };
  }

  rowDeletion(key: ClusteringKey, deletionUs: number, deletionSecond: number): PartitionMutation {
    const row = deletedRow(this.store.schema, deletionUs, deletionSecond);
    return { kind: 'row', partition: this, key, row, bytes: mutationOverheadBytes };
  }

  deletion(deletionUs: number, deletionSecond: number): PartitionMutation {
    const bytes = mutationOverheadBytes;
    return { kind: 'delete-partition', partition: this, deletionUs, deletionSecond, bytes };
  }

  rangeDeletion({ prefix, deletionUs, deletionSecond }: RangeTombstone): PartitionMutation {
    const bytes = mutationOverheadBytes;
    return { kind: 'delete-range', partition: this, prefix, deletionUs, deletionSecond, bytes };
  }

  /** The state after a mutation; the state given is changed. Applying twice is applying once. */
  applyTo(state: ReplicaState, mutation: PartitionMutation): void {
    const schema = this.store.schema;
    switch (mutation.kind) {
      case 'row': {
        const deletionUs =
          state.ranges === undefined
            ? state.deletionUs
            : Math.max(state.deletionUs, rangeDeletionUs(state.ranges, mutation.key));
        const row = shadowRow(schema, mutation.row, deletionUs);
        if (row === undefined) return;
        const index = state.indexOf(mutation.key);
        if (index >= 0) state.rows[index] = mergeRows(schema, state.rows[index] as StoredRow, row);
        else state.put(mutation.key, row);
        return;
      }
      case 'delete-partition': {
        const { deletionUs, deletionSecond } = mutation;
        if (deletionUs < state.deletionUs) return;
        if (deletionUs === state.deletionUs && deletionSecond <= state.deletionSecond) return;
        state.deletionUs = deletionUs;
        state.deletionSecond = deletionSecond;
        this.#shadowRows(state, () => deletionUs);
        return;
      }
      case 'delete-range': {
        const { prefix, deletionUs, deletionSecond } = mutation;
        state.ranges = withRange(state.ranges, { prefix, deletionUs, deletionSecond });
        this.#shadowRows(state, (key) => (compareWithPrefix(key, prefix) === 0 ? deletionUs : -Infinity));
        return;
      }
    }
  }

  #shadowRows(state: ReplicaState, deletionOf: (key: ClusteringKey) => number): void {
    const keys: ClusteringKey[] = [];
    const rows: StoredRow[] = [];
    for (let index = 0; index < state.rows.length; index++) {
      const key = state.keys[index] as ClusteringKey;
      const row = shadowRow(this.store.schema, state.rows[index] as StoredRow, deletionOf(key));
      if (row === undefined) continue;
      keys.push(key);
      rows.push(row);
    }
    state.keys = keys;
    state.rows = rows;
  }

  /** Brings every operation that was computed at once and is still under way back to explicit messages. */
  materialise(): void {
    while (this.elidedReads.length > 0) (this.elidedReads[0] as ElidedRead).materialise();
    while (this.elidedWrites.length > 0) (this.elidedWrites[0] as ElidedWrite).materialise();
  }

  materialiseReads(): void {
    while (this.elidedReads.length > 0) (this.elidedReads[0] as ElidedRead).materialise();
  }

  /** True where everything is at rest on all replicas, so that the cold tier may drop it. */
  get settled(): boolean {
    return (
      this.#agreed !== undefined &&
      this.outstanding === 0 &&
      this.elidedWrites.length === 0 &&
      this.elidedReads.length === 0
    );
  }

  /** Drops the oldest rows of a settled partition and remembers that they were there. Returns rows and blob bytes dropped. */
  dropOldest(count: number): { rows: number; bytes: number } {
    const state = this.#agreed;
    if (state === undefined || count <= 0) return { rows: 0, bytes: 0 };
    const dropped = state.rows.splice(0, count);
    const keys = state.keys.splice(0, count);
    const last = keys.at(-1);
    if (last !== undefined && this.cold?.kind !== 'all') this.cold = { kind: 'up-to', upTo: last };
    return {
      rows: dropped.length,
      bytes: dropped.reduce((sum, row) => sum + (row instanceof PlainRow ? row.length : 0), 0),
    };
  }

  /** True where a row at this key may have been dropped. */
  isColdAt(key: ClusteringKey): boolean {
    if (this.cold === undefined) return false;
    return this.cold.kind === 'all' || compareKeys(key, this.cold.upTo) <= 0;
  }

  #rowWithNulls(values: CqlRow, timestampUs: number, expirySecond: number, nowSecond: number): StoredRow {
    const schema = this.store.schema;
    return {
      livenessUs: timestampUs,
      livenessSecond: expirySecond,
      deletionUs: -Infinity,
      deletionSecond: 0,
      cells: schema.regularColumns.map((_, column) => {
        const value = schema.regular(values, column);
        if (value === undefined) return undefined;
        if (value === null) return { timestampUs, tombstone: true, localSecond: nowSecond, value };
        return {
          timestampUs,
          tombstone: false,
          localSecond: expirySecond,
          value: value instanceof Uint8Array ? value.slice() : value,
        };
      }),
    };
  }

  /** Room for so many bytes in the present segment, or in a new one that is as large as all that came before. */
  #reserve(bytes: number): number {
    if (this.#segment === undefined || this.#segmentUsed + bytes > this.#segment.length) {
      // No second blob of this size would fit, so the room beside it would be lost.
      const isAlone = bytes > largestSegmentBytes / 2;
      const nextBytes = Math.min((this.#segment?.length ?? 0) * 2, largestSegmentBytes);
      this.#segment = new Uint8Array(isAlone ? bytes : Math.max(nextBytes, smallestSegmentBytes, bytes));
      this.#segmentUsed = 0;
    }
    const offset = this.#segmentUsed;
    this.#segmentUsed += bytes;
    return offset;
  }
}

/** Expiry of what is written at `nowSecond`; 0 means never (cassandra-and-live 28, 30). */
export function expiryAt(nowSecond: number, ttlSeconds: number, differing: Deviations = faithful): number {
  if (ttlSeconds === 0) return neverSecond;
  if (differing.size === 0) return nowSecond + ttlSeconds;
  const early = differing.has('ttl-second-early') ? 1 : 0;
  const late = differing.has('ttl-second-late') ? 1 : 0;
  return nowSecond + ttlSeconds - early + late;
}
