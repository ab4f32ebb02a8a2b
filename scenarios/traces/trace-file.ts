import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { TraceParser } from './trace-parser.ts';
import type { TraceResult } from './trace-parser.ts';
import type { TraceProblem } from './trace-problem.ts';

/** Larger files are refused by their size, before a byte is read. */
export const maxTraceFileBytes = 256 * 1024 * 1024;
/** A file without line ends must not fill the memory. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const LINE_FEED = 0x0a;
const UTF_8_FORM = 'text in UTF-8, lines ending in LF or CR LF';

/** Parses a trace file's text (`--traces`), for which a leading byte order mark and CR LF are fine. */
export function parseTraces(text: string): TraceResult {
  const parser = new TraceParser();
  for (const line of text.replace(/^\uFEFF/, '').split('\n')) {
    if (!parser.wantsMore) break;
    parser.push(withoutCarriageReturn(line));
  }
  return parser.finish();
}

/**
 * Reads a trace file line by line. Everything wrong with it is a problem in the result: not there, no file, over
 * {@link maxTraceFileBytes}, not UTF-8, or what {@link parseTraces} finds. Never throws.
 */
export async function readTraces(path: string, maxBytes: number = maxTraceFileBytes): Promise<TraceResult> {
  try {
    const { size, isFile } = await stat(path).then((found) => ({ size: found.size, isFile: found.isFile() }));
    if (!isFile) return refused('it is no regular file', 'a CSV file');
    if (size > maxBytes) return refused(`it has ${size} bytes`, `at most ${maxBytes} bytes`);
    return await readLines(createReadStream(path), maxBytes);
  } catch (error) {
    return refused(
      `it cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      'a readable file',
    );
  }
}

async function readLines(chunks: AsyncIterable<Buffer>, maxBytes: number): Promise<TraceResult> {
  const parser = new TraceParser();
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let totalBytes = 0;
  for await (const chunk of chunks) {
    // The file may have grown since it was measured, or be one of those that report no size.
    if (totalBytes + chunk.length > maxBytes)
      return refused(`it has over ${maxBytes} bytes`, `at most ${maxBytes} bytes`);
    if (totalBytes === 0) {
      const encoding = foreignEncoding(chunk);
      if (encoding !== undefined) return refused(`it is encoded in ${encoding}`, UTF_8_FORM);
    }
    totalBytes += chunk.length;
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      pushLine(parser, Buffer.concat([...pending, chunk.subarray(from, end)]));
      pending = [];
      pendingBytes = 0;
      from = end + 1;
      if (!parser.wantsMore) return parser.finish();
    }
    pending.push(chunk.subarray(from));
    pendingBytes += chunk.length - from;
    if (pendingBytes > MAX_LINE_BYTES) {
      parser.report(lineProblem(parser, 1, `a line of over ${MAX_LINE_BYTES} bytes`, 'one wafer a line'));
      return parser.finish();
    }
  }
  if (pendingBytes > 0) pushLine(parser, Buffer.concat(pending));
  return parser.finish();
}

function pushLine(parser: TraceParser, bytes: Buffer): void {
  const text = new TextDecoder('utf-8', { ignoreBOM: parser.nextLine > 1 }).decode(bytes);
  const wrong = bytes.includes(0) ? text.indexOf('\0') : text.indexOf('\uFFFD');
  if (wrong < 0) parser.push(withoutCarriageReturn(text));
  else parser.reject(lineProblem(parser, wrong + 1, 'a byte that is not UTF-8 text', UTF_8_FORM));
}

function lineProblem(parser: TraceParser, column: number, message: string, expected: string): TraceProblem {
  return { line: parser.nextLine, column, message, expected };
}

/** UTF-16 by its byte order mark, or by the zero beside the first letter of the header. */
function foreignEncoding(start: Buffer): string | undefined {
  const first = start[0] ?? 1;
  const second = start[1] ?? 1;
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'UTF-16 (little-endian)';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'UTF-16 (big-endian)';
  return undefined;
}

function withoutCarriageReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function refused(message: string, expected: string): TraceResult {
  return { ok: false, problems: [{ line: 0, column: 0, message, expected }] };
}
