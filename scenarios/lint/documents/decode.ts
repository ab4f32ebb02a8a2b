import { DocumentProblem } from './document-problem.ts';

/** A manifest larger than this is no manifest: an object of Kubernetes may have 1.5 MiB at most. */
export const largestFileBytes = 2 * 1024 * 1024;

/** Text of a UTF-8 file, without a byte order mark. Throws a `DocumentProblem` for another encoding or a larger file. */
export function decodeFile(file: string, bytes: Uint8Array): string {
  const start = { file, line: 1, column: 1 };
  if (bytes.length > largestFileBytes) {
    const sizeMiB = (bytes.length / 1024 / 1024).toFixed(1);
    throw new DocumentProblem(start, `the file has ${sizeMiB} MiB; expected 2 MiB at most: split it`);
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new DocumentProblem(start, 'the file is UTF-16; expected UTF-8');
  }
  const content = new TextDecoder('utf-8', { ignoreBOM: false });
  const decoded = content.decode(bytes);
  if (decoded.includes('\u{fffd}')) {
    const wrong = firstWrongByte(bytes);
    if (wrong !== undefined) throw new DocumentProblem({ file, ...wrong }, 'not UTF-8; expected UTF-8 text');
  }
  const nul = decoded.indexOf('\0');
  if (nul >= 0) {
    const before = decoded.slice(0, nul).split('\n');
    const place = { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    throw new DocumentProblem(place, 'a zero byte: this is no text; expected UTF-8 text');
  }
  return decoded;
}

/** Line and column of the first line that is not UTF-8, or undefined where the replacement character itself is meant. */
function firstWrongByte(bytes: Uint8Array): { readonly line: number; readonly column: number } | undefined {
  const strict = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let from = 0;
  while (from <= bytes.length) {
    const found = bytes.indexOf(10, from);
    const to = found < 0 ? bytes.length : found;
    try {
      strict.decode(bytes.subarray(from, to));
    } catch {
      return { line, column: 1 };
    }
    from = to + 1;
    line++;
  }
  return undefined;
}
