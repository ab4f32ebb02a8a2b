import type { ByteBuffer, PaddedBytes } from './byte-buffer.ts';
import { MeboError } from './error.ts';
import { HIGH, LOW } from './metric.ts';

/** Eight bytes an entry, in the blob's byte order (mebo-format §2, §3). */
export function writeRaw(buffer: ByteBuffer, words: Int32Array, isLittle: boolean): void {
  buffer.reserve(4 * words.length);
  const { view } = buffer;
  let at = buffer.length;
  const lowAt = isLittle ? 0 : 4;
  for (let word = 0; word < words.length; word += 2, at += 8) {
    view.setInt32(at + lowAt, words[word + LOW] ?? 0, isLittle);
    view.setInt32(at + 4 - lowAt, words[word + HIGH] ?? 0, isLittle);
  }
  buffer.length = at;
}

/** Fills `words` from bytes `[start, end)`, which must be exactly as many. */
export function readRaw(
  payload: PaddedBytes,
  start: number,
  end: number,
  words: Int32Array,
  isLittle: boolean,
): void {
  const size = 4 * words.length;
  if (end - start !== size) {
    throw new MeboError(
      end - start < size ? 'truncated' : 'malformed',
      `${String(words.length / 2)} raw entries in ${String(end - start)} bytes`,
    );
  }
  const { view } = payload;
  const lowAt = isLittle ? 0 : 4;
  for (let word = 0, at = start; word < words.length; word += 2, at += 8) {
    words[word + LOW] = view.getInt32(at + lowAt, isLittle);
    words[word + HIGH] = view.getInt32(at + 4 - lowAt, isLittle);
  }
}
