/** Points in columns of equal length. Bits are kept as they are, whatever a NaN carries. */
interface MeboColumns {
  /** Any 64-bit integers, in any order; microseconds since the epoch by custom. */
  readonly timesUs: BigInt64Array;
  readonly values: Float64Array;
}

/** A metric to be written. */
export interface MeboInput extends MeboColumns {
  /** An id in 1…2⁶⁴-1, or a name of which the id is the hash. A blob has either ids or names. */
  readonly key: bigint | string;
  /** As many as points; ignored unless the blob has tags, all empty where missing. */
  readonly tags?: readonly string[];
}

/** A metric as read. The columns are read-only by agreement: metrics that share timestamps share the column. */
export interface MeboMetric extends MeboColumns {
  readonly id: bigint;
  /** Known only where two names of the blob had the same hash (mebo-format §1.3). */
  readonly name?: string;
  /** Present in a blob with tags. */
  readonly tags?: readonly string[];
}

/** Where the words of entry `i` of a 64-bit column lie in its words: `2 * i + LOW` and `2 * i + HIGH`. */
export const LOW = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;
export const HIGH = 1 - LOW;

export function wordsOf(column: BigInt64Array | Float64Array): Int32Array {
  return new Int32Array(column.buffer, column.byteOffset, 2 * column.length);
}
