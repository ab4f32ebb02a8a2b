import xxhash from 'xxhash-wasm';
import type { ByteBuffer } from './byte-buffer.ts';
import { MeboError } from './error.ts';
import { maxUint16 } from './format.ts';
import { textOf, utf8 } from './text.ts';

const { h64Raw } = await xxhash();

/** The id of a metric that has a name: xxHash64 of its UTF-8 bytes, seed 0 (mebo-format §1.3). */
export function nameId(name: string): bigint {
  return h64Raw(utf8(name));
}

/** Names in order of insertion: their number, then length and bytes of each. */
export function writeNames(buffer: ByteBuffer, names: readonly string[], isLittle: boolean): void {
  if (names.length > maxUint16)
    throw new MeboError('unencodable', `${String(names.length)} names in one blob`);
  buffer.reserve(2);
  buffer.view.setUint16(buffer.length, names.length, isLittle);
  buffer.length += 2;
  for (const name of names) {
    const bytes = utf8(name);
    if (bytes.length > maxUint16) {
      throw new MeboError('unencodable', `a name of ${String(bytes.length)} bytes`);
    }
    buffer.reserve(2);
    buffer.view.setUint16(buffer.length, bytes.length, isLittle);
    buffer.length += 2;
    buffer.append(bytes);
  }
}

/** Names by their order in the blob, with the hash of each. */
export interface NameList {
  readonly names: readonly string[];
  readonly ids: readonly bigint[];
  /** Where the list ends. */
  readonly end: number;
}

export function readNames(view: DataView, start: number, isLittle: boolean): NameList {
  const names: string[] = [];
  const ids: bigint[] = [];
  let at = start + 2;
  if (at > view.byteLength) throw new MeboError('truncated', 'the number of names');
  const count = view.getUint16(start, isLittle);
  for (let i = 0; i < count; i++) {
    if (at + 2 > view.byteLength) throw new MeboError('truncated', `${String(count)} names`);
    const length = view.getUint16(at, isLittle);
    at += 2;
    if (at + length > view.byteLength) throw new MeboError('truncated', `${String(count)} names`);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, length);
    names.push(textOf(bytes));
    ids.push(h64Raw(bytes));
    at += length;
  }
  return { names, ids, end: at };
}

/**
 * The name of each id, in the order of `ids`. Layout v2 sorts metrics but not names, so names are found by their hash;
 * those of one hash keep their order. Throws `malformed` unless they fit one to one.
 */
export function namesByIndex(list: NameList, ids: BigUint64Array): string[] {
  if (list.names.length !== ids.length) {
    throw new MeboError('malformed', `${String(list.names.length)} names of ${String(ids.length)} metrics`);
  }
  const waiting = new Map<bigint, string[]>();
  for (const [i, name] of list.names.entries()) {
    const id = list.ids[i] ?? 0n;
    const others = waiting.get(id);
    if (others === undefined) waiting.set(id, [name]);
    else if (others.includes(name)) throw new MeboError('malformed', `name ${name} twice`);
    else others.push(name);
  }
  return Array.from(ids, (id) => {
    const name = waiting.get(id)?.shift();
    if (name === undefined) throw new MeboError('malformed', `no name has the hash ${id.toString(16)}`);
    return name;
  });
}
