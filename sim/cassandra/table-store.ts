import type { CqlRow, CqlTable } from '../../system/ports/cql.ts';
import { hashText, mix32 } from '../kernel/index.ts';
import type { KeyPart } from './clustering.ts';
import { faithful } from './deviations.ts';
import type { Deviations } from './deviations.ts';
import { Partition } from './partition.ts';
import type { ColdRange } from './partition.ts';
import { TableSchema } from './table-schema.ts';

/** A partition, or which rows of it the cold tier dropped when it dropped the whole. */
type Entry = Partition | ColdRange;
type Level = Map<KeyPart, Level | Entry>;

/** The partitions of one table on the whole ring, found by their key column by column. */
export class TableStore {
  readonly schema: TableSchema;
  readonly number: number;
  readonly #rangeCount: number;
  readonly #replicaCount: number;
  readonly #root: Level = new Map();
  readonly #onNew: (partition: Partition) => void;
  partitionCount = 0;

  constructor(
    table: CqlTable,
    number: number,
    rangeCount: number,
    replicaCount: number,
    onNew: (partition: Partition) => void,
    deviations: Deviations = faithful,
  ) {
    this.schema = new TableSchema(table, deviations);
    this.number = number;
    this.#rangeCount = rangeCount;
    this.#replicaCount = replicaCount;
    this.#onNew = onNew;
  }

  /** The partition of these values; made when it is the first time. Throws `PortError('invalid')` on a bad key. */
  partition(values: CqlRow): Partition {
    const level = this.#level(values);
    const last = this.schema.partitionPart(values, this.schema.partitionColumns.length - 1);
    const entry = level.get(last);
    if (entry instanceof Partition) return entry;
    const keyParts = this.schema.partitionColumns.map((_, index) => this.schema.partitionPart(values, index));
    const range = Math.floor((tokenOf(keyParts) / 0x1_0000_0000) * this.#rangeCount);
    const partition = new Partition(this, keyParts, range, this.#replicaCount);
    if (entry !== undefined && !(entry instanceof Map)) partition.cold = entry;
    level.set(last, partition);
    this.partitionCount++;
    this.#onNew(partition);
    return partition;
  }

  /** Forgets a partition; `cold` tells which rows of it can no longer be read. */
  drop(partition: Partition, cold: ColdRange | undefined): void {
    let level = this.#root;
    for (let index = 0; index < partition.keyParts.length - 1; index++) {
      const next = level.get(partition.keyParts[index] as KeyPart);
      if (!(next instanceof Map)) return;
      level = next;
    }
    const last = partition.keyParts[partition.keyParts.length - 1] as KeyPart;
    if (cold !== undefined) level.set(last, cold);
    else level.delete(last);
    this.partitionCount--;
  }

  /** All partitions in memory, in the order in which their keys came. */
  forEach(visit: (partition: Partition) => void): void {
    visitLevel(this.#root, visit);
  }

  #level(values: CqlRow): Level {
    let level = this.#root;
    for (let index = 0; index < this.schema.partitionColumns.length - 1; index++) {
      const part = this.schema.partitionPart(values, index);
      let next = level.get(part);
      if (!(next instanceof Map)) {
        next = new Map();
        level.set(part, next);
      }
      level = next;
    }
    return level;
  }
}

function visitLevel(level: Level, visit: (partition: Partition) => void): void {
  for (const entry of level.values()) {
    if (entry instanceof Partition) visit(entry);
    else if (entry instanceof Map) visitLevel(entry, visit);
  }
}

/** 32-bit token of a partition key; even over the ring. */
export function tokenOf(keyParts: readonly KeyPart[]): number {
  let token = 0x9747b28c;
  for (const part of keyParts) {
    if (typeof part === 'string') {
      token = hashText(part, token);
    } else {
      token = mix32(token ^ (part | 0));
      token = mix32(token + Math.floor(part / 0x1_0000_0000));
    }
  }
  return token >>> 0;
}
