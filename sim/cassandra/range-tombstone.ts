import { compareWithPrefix } from './clustering.ts';
import type { ClusteringKey, KeyPart } from './clustering.ts';

/** Deletion of all rows whose key begins with a prefix, up to and with a timestamp (cassandra-and-live 19). */
export interface RangeTombstone {
  readonly prefix: readonly KeyPart[];
  readonly deletionUs: number;
  readonly deletionSecond: number;
}

type Ranges = readonly RangeTombstone[] | undefined;

/** The newest deletion that covers a key; -Infinity where none does. */
export function rangeDeletionUs(ranges: Ranges, key: ClusteringKey): number {
  let newestUs = -Infinity;
  if (ranges === undefined) return newestUs;
  for (const range of ranges) {
    if (range.deletionUs > newestUs && compareWithPrefix(key, range.prefix) === 0)
      newestUs = range.deletionUs;
  }
  return newestUs;
}

/** The ranges with one more; of two with one prefix the newer stays. */
export function withRange(ranges: Ranges, added: RangeTombstone): readonly RangeTombstone[] {
  const merged = [...(ranges ?? [])];
  const index = merged.findIndex((range) => comparePrefixes(range.prefix, added.prefix) >= 0);
  const known = merged[index];
  if (known === undefined) merged.push(added);
  else if (comparePrefixes(known.prefix, added.prefix) > 0) merged.splice(index, 0, added);
  else if (isNewer(added, known)) merged[index] = added;
  return merged;
}

/** The ranges that can touch rows with a prefix. */
export function rangesWithin(ranges: Ranges, prefix: readonly KeyPart[]): Ranges {
  const touching = ranges?.filter((range) => {
    const shared = Math.min(range.prefix.length, prefix.length);
    return comparePrefixes(range.prefix.slice(0, shared), prefix.slice(0, shared)) === 0;
  });
  return touching === undefined || touching.length === 0 ? undefined : touching;
}

export function sameRanges(left: Ranges, right: Ranges): boolean {
  if (left === right) return true;
  if (left === undefined || right === undefined || left.length !== right.length) return false;
  return left.every((range, index) => {
    const other = right[index] as RangeTombstone;
    return (
      range.deletionUs === other.deletionUs &&
      range.deletionSecond === other.deletionSecond &&
      comparePrefixes(range.prefix, other.prefix) === 0
    );
  });
}

function isNewer(left: RangeTombstone, right: RangeTombstone): boolean {
  if (left.deletionUs !== right.deletionUs) return left.deletionUs > right.deletionUs;
  return left.deletionSecond > right.deletionSecond;
}

function comparePrefixes(left: readonly KeyPart[], right: readonly KeyPart[]): number {
  const order = compareWithPrefix(left, right.slice(0, left.length));
  return order !== 0 ? order : left.length - right.length;
}
