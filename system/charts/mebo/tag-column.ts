import type { ByteBuffer, PaddedBytes } from './byte-buffer.ts';
import { maxVarintBytes } from './delta-column.ts';
import { MeboError } from './error.ts';
import { textOf, utf8 } from './text.ts';

/** Of each tag its length in bytes as a varint, and the bytes (mebo-format §1.5). */
export function writeTags(buffer: ByteBuffer, tags: readonly string[]): void {
  for (const tag of tags) {
    const bytes = utf8(tag);
    buffer.reserve(maxVarintBytes);
    buffer.varint(bytes.length, 0);
    buffer.append(bytes);
  }
}

/** Reads `count` tags from bytes `[start, end)`, all of which must be used. */
export function readTags(payload: PaddedBytes, start: number, end: number, count: number): string[] {
  if (count > end - start) throw new MeboError('truncated', `${String(count)} tags`);
  const { bytes } = payload;
  const tags: string[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      // Lengths of 2²⁸ and more cannot fit in a payload.
      if (at >= end || shift > 21) throw new MeboError('truncated', 'a tag runs past its column');
      const byte = bytes[at++] ?? 0;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if (length > end - at) throw new MeboError('truncated', 'a tag runs past its column');
    tags.push(length === 0 ? '' : textOf(bytes.subarray(at, at + length)));
    at += length;
  }
  if (at !== end) throw new MeboError('malformed', `${String(end - at)} bytes after a tag column`);
  return tags;
}
