const hashBits = 14;
const minMatch = 4;
/** Both formats here say offsets of 16 bits at most cost. */
const maxOffset = 0xffff;
/** LZ4 wants the last five bytes as literals and no match that begins among the last twelve. */
const literalTail = 5;
const matchTail = 12;

const table = new Int32Array(1 << hashBits);

/** Takes a run of literals and the match after it. */
export type MatchSink = (literalStart: number, literalEnd: number, offset: number, length: number) => void;

/**
 * Finds repetitions greedily, by a hash of four bytes, and hands them over in order; what follows the last one are
 * literals. Returns where those begin. Steps grow where nothing repeats.
 */
export function findMatches(bytes: Uint8Array, sink: MatchSink): number {
  const end = bytes.length;
  const lastStart = end - matchTail;
  const matchEnd = end - literalTail;
  const view = new DataView(bytes.buffer, bytes.byteOffset, end);
  table.fill(-1);
  let literalStart = 0;
  let at = 0;
  let misses = 0;
  while (at < lastStart) {
    const word = view.getInt32(at, true);
    const slot = Math.imul(word, 0x9e37_79b1) >>> (32 - hashBits);
    const candidate = table[slot] ?? -1;
    table[slot] = at;
    if (candidate < 0 || at - candidate > maxOffset || view.getInt32(candidate, true) !== word) {
      at += 1 + (misses++ >>> 6);
      continue;
    }
    misses = 0;
    let matchStart = at;
    let from = candidate;
    while (matchStart > literalStart && from > 0 && bytes[matchStart - 1] === bytes[from - 1]) {
      matchStart--;
      from--;
    }
    let stop = at + minMatch;
    let same = candidate + minMatch;
    while (stop < matchEnd && bytes[stop] === bytes[same]) {
      stop++;
      same++;
    }
    sink(literalStart, matchStart, matchStart - from, stop - matchStart);
    if (stop - 2 > at && stop < lastStart) {
      table[Math.imul(view.getInt32(stop - 2, true), 0x9e37_79b1) >>> (32 - hashBits)] = stop - 2;
    }
    literalStart = stop;
    at = stop;
  }
  return literalStart;
}

/**
 * Copies `length` bytes from `offset` bytes before `at`, which may be fewer than `length`: then they repeat.
 */
export function copyMatch(into: Uint8Array, at: number, offset: number, length: number): void {
  if (offset >= length) {
    into.copyWithin(at, at - offset, at - offset + length);
    return;
  }
  for (let i = at; i < at + length; i++) into[i] = into[i - offset] ?? 0;
}
