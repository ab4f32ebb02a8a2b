import { crc32 } from '../crc32.ts';
import { ByteBuffer } from './byte-buffer.ts';
import { MeboError } from './error.ts';

/** For each metric the index of the one whose timestamp column it uses: its own, or an earlier one's. */
export type Owners = Int32Array;

/** Finds encoded timestamp columns that are equal, as they are written one after another (mebo-format §1.4). */
export class SharedTimes {
  readonly owners: Owners;
  readonly #buffer: ByteBuffer;
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #byChecksum = new Map<number, number[]>();

  constructor(buffer: ByteBuffer, metricCount: number) {
    this.owners = new Int32Array(metricCount);
    this.#buffer = buffer;
    this.#starts = new Float64Array(metricCount);
    this.#ends = new Float64Array(metricCount);
  }

  /** The column of metric `index` has been written from `start` on; it is taken away again where an earlier one is equal. */
  add(index: number, start: number): void {
    const buffer = this.#buffer;
    const column = buffer.bytes.subarray(start, buffer.length);
    const checksum = crc32(column, column.length);
    const candidates = this.#byChecksum.get(checksum);
    const owner = candidates?.find((candidate) => this.#isEqual(candidate, column));
    this.owners[index] = owner ?? index;
    if (owner !== undefined) {
      buffer.length = start;
      return;
    }
    this.#starts[index] = start;
    this.#ends[index] = buffer.length;
    if (candidates === undefined) this.#byChecksum.set(checksum, [index]);
    else candidates.push(index);
  }

  #isEqual(candidate: number, column: Uint8Array): boolean {
    const start = this.#starts[candidate] ?? 0;
    if ((this.#ends[candidate] ?? 0) - start !== column.length) return false;
    const { bytes } = this.#buffer;
    for (let i = 0; i < column.length; i++) if (bytes[start + i] !== column[i]) return false;
    return true;
  }
}

/** The table of who shares whose timestamps: empty where nobody does. */
export function sharedTable(owners: Owners, isLittle: boolean): Uint8Array {
  const membersByOwner = new Map<number, number[]>();
  for (const [index, owner] of owners.entries()) {
    if (owner === index) continue;
    const members = membersByOwner.get(owner);
    if (members === undefined) membersByOwner.set(owner, [index]);
    else members.push(index);
  }
  const groups = [...membersByOwner].sort(([left], [right]) => left - right);
  const table = new ByteBuffer();
  if (groups.length === 0) return table.written();
  const put = (value: number): void => {
    table.reserve(2);
    table.view.setUint16(table.length, value, isLittle);
    table.length += 2;
  };
  put(groups.length);
  for (const [owner, members] of groups) {
    put(owner);
    put(members.length);
    for (const member of members) put(member);
  }
  return table.written();
}

/**
 * Reads the table in bytes `[start, end)`, all of which must be used. Throws `malformed` unless groups are by rising owner,
 * members rise and come after their owner, and no metric is in two groups.
 */
export function readSharedTable(
  view: DataView,
  start: number,
  end: number,
  metricCount: number,
  isLittle: boolean,
): Owners {
  const owners = Int32Array.from({ length: metricCount }, (_none, index) => index);
  const hasMembers = new Uint8Array(metricCount);
  let at = start;
  const next = (): number => {
    if (at + 2 > end) throw new MeboError('truncated', 'the table of shared timestamps');
    const value = view.getUint16(at, isLittle);
    at += 2;
    return value;
  };
  const groupCount = next();
  if (groupCount === 0) throw new MeboError('malformed', 'a table of shared timestamps without a group');
  let lastOwner = -1;
  for (let g = 0; g < groupCount; g++) {
    const owner = next();
    const memberCount = next();
    if (owner <= lastOwner || owner >= metricCount || owners[owner] !== owner || memberCount === 0) {
      throw new MeboError(
        'malformed',
        `metric ${String(owner)} shares timestamps with ${String(memberCount)}`,
      );
    }
    lastOwner = owner;
    hasMembers[owner] = 1;
    let lastMember = owner;
    for (let m = 0; m < memberCount; m++) {
      const member = next();
      const isFree = owners[member] === member && hasMembers[member] === 0;
      if (member <= lastMember || member >= metricCount || !isFree) {
        throw new MeboError('malformed', `metric ${String(member)} uses timestamps of ${String(owner)}`);
      }
      lastMember = member;
      owners[member] = owner;
    }
  }
  if (at !== end) {
    throw new MeboError('malformed', `${String(end - at)} bytes after the table of shared timestamps`);
  }
  return owners;
}
