import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateTraces, tracesToCsv } from '../../../scenarios/traces/generate.ts';
import { maxTraceFileBytes, parseTraces, readTraces } from '../../../scenarios/traces/trace-file.ts';
import type { TraceResult } from '../../../scenarios/traces/trace-parser.ts';
import { maxTraceProblems } from '../../../scenarios/traces/trace-problem.ts';
import type { TraceProblem } from '../../../scenarios/traces/trace-problem.ts';
import { judgedWafers, qualifiedWafers } from '../../../scenarios/traces/trace-set.ts';
import type { TraceSet } from '../../../scenarios/traces/trace-set.ts';

/** 60 wafers of three samples: 30 normal ones, then 28 normal and 2 abnormal ones. */
const wafers = Array.from(
  { length: 60 },
  (_wafer, w) => `w${w},${w < 58 ? 'normal' : 'abnormal'},${w / 4},-1.5,2e-3`,
);
const good = ['wafer,label,s0,s1,s2', ...wafers].join('\n');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'traces-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function fileOf(content: string | Uint8Array): string {
  const path = join(folder, 'traces.csv');
  writeFileSync(path, content);
  return path;
}

function problemsOf(result: TraceResult): readonly TraceProblem[] {
  return result.ok ? [] : result.problems;
}

function tracesOf(result: TraceResult): TraceSet {
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.traces;
}

/** The good file with one line (counted from 1) replaced. */
function withLine(line: number, text: string): string {
  return good
    .split('\n')
    .map((old, index) => (index + 1 === line ? text : old))
    .join('\n');
}

describe('a right file', () => {
  it('gives its wafers in file order, and its halves', () => {
    const traces = tracesOf(parseTraces(good));
    expect(traces.sampleCount).toBe(3);
    expect(traces.wafers).toHaveLength(60);
    expect(traces.wafers[5]).toEqual({
      id: 'w5',
      label: 'normal',
      samples: Float64Array.of(1.25, -1.5, 0.002),
    });
    expect(qualifiedWafers(traces).map(({ id }) => id)).toEqual(
      Array.from({ length: 30 }, (_wafer, w) => `w${w}`),
    );
    expect(judgedWafers(traces)[0]?.id).toBe('w30');
  });

  it.each([
    ['a line feed at the end', `${good}\n`],
    ['blank lines at the end', `${good}\n\n  \n`],
    ['CR LF', `${good.replaceAll('\n', '\r\n')}\r\n`],
    ['a byte order mark', `\uFEFF${good}`],
    ['spaces around fields', good.replaceAll(',', ' , ')],
  ])('may have %s', async (_what, text) => {
    expect(tracesOf(parseTraces(text))).toEqual(tracesOf(parseTraces(good)));
    expect(tracesOf(await readTraces(fileOf(text)))).toEqual(tracesOf(parseTraces(good)));
  });

  it('reads back what was written, wherever the chunks of the stream end', async () => {
    const traces = generateTraces({ seed: 5n, waferCount: 300, sampleCount: 100, abnormalShare: 0.2 });
    expect(tracesOf(await readTraces(fileOf(tracesToCsv(traces))))).toEqual(traces);
  });
});

describe('a wrong file', () => {
  it.each<[string, string, TraceProblem]>([
    [
      'a sample that is no number',
      withLine(4, 'w2,normal,1,NaN,3'),
      {
        line: 4,
        column: 13,
        message: 'sample s1 of wafer w2 is "NaN"',
        expected: 'a finite number such as -1.25 or 3e-4',
      },
    ],
    [
      'an empty sample',
      withLine(4, 'w2,normal,1,2,'),
      {
        line: 4,
        column: 15,
        message: 'sample s2 of wafer w2 is empty',
        expected: 'a finite number such as -1.25 or 3e-4',
      },
    ],
    [
      'a number beyond doubles',
      withLine(4, 'w2,normal,1e999,2,3'),
      {
        line: 4,
        column: 11,
        message: 'sample s0 of wafer w2 is "1e999"',
        expected: 'a finite number such as -1.25 or 3e-4',
      },
    ],
    [
      'too few columns',
      withLine(3, 'w1,normal,1,2'),
      { line: 3, column: 14, message: 'wafer w1 has 4 columns', expected: '5, as in the header' },
    ],
    [
      'too many columns',
      withLine(3, 'w1,normal,1,2,3,4'),
      { line: 3, column: 17, message: 'wafer w1 has 6 columns', expected: '5, as in the header' },
    ],
    [
      'an unknown label',
      withLine(3, 'w1,Normal,1,2,3'),
      { line: 3, column: 4, message: 'wafer w1 has the label "Normal"', expected: 'normal or abnormal' },
    ],
    [
      'a wafer that is there already',
      withLine(3, 'w0,normal,1,2,3'),
      { line: 3, column: 1, message: 'wafer w0 is on line 2 already', expected: 'each wafer id once' },
    ],
    [
      'a quoted id',
      withLine(3, '"w1",normal,1,2,3'),
      {
        line: 3,
        column: 1,
        message: 'the wafer id is "\\"w1\\""',
        expected: '1 to 200 characters without quotes and control characters',
      },
    ],
    [
      'a blank line in between',
      withLine(3, ''),
      { line: 3, column: 1, message: 'a blank line', expected: 'the header first, then one wafer a line' },
    ],
    [
      'a wrong name in the header',
      withLine(1, 'wafer,label,s0,s2,s3'),
      { line: 1, column: 16, message: 'the header has "s2" here', expected: 's1, as in wafer,label,s0,s1,…' },
    ],
    [
      'no header',
      wafers.join('\n'),
      {
        line: 1,
        column: 1,
        message: 'the header has "w0" here',
        expected: 'wafer, as in wafer,label,s0,s1,…',
      },
    ],
    [
      'no samples',
      'wafer,label\nw0,normal\n',
      {
        line: 1,
        column: 12,
        message: 'the header names no samples',
        expected: 'wafer,label,s0,s1,… with at least s0',
      },
    ],
    [
      'nothing at all',
      '',
      {
        line: 0,
        column: 0,
        message: 'the file is empty',
        expected: 'a header wafer,label,s0,s1,… and one wafer a line',
      },
    ],
    [
      'a header alone',
      'wafer,label,s0\n',
      {
        line: 0,
        column: 0,
        message: 'the file has a header and no wafers',
        expected: 'a header wafer,label,s0,s1,… and one wafer a line',
      },
    ],
  ])('has %s', async (_what, text, problem) => {
    expect(problemsOf(parseTraces(text))).toEqual([problem]);
    expect(problemsOf(await readTraces(fileOf(text)))).toEqual([problem]);
  });

  it.each([
    [
      'in UTF-16, little-endian, with a mark',
      Buffer.from(`\uFEFF${good}`, 'utf16le'),
      'UTF-16 (little-endian)',
    ],
    ['in UTF-16, little-endian, without one', Buffer.from(good, 'utf16le'), 'UTF-16 (little-endian)'],
    ['in UTF-16, big-endian', Buffer.from(`\uFEFF${good}`, 'utf16le').swap16(), 'UTF-16 (big-endian)'],
  ])('is %s', async (_what, bytes, encoding) => {
    const problems = problemsOf(await readTraces(fileOf(bytes)));
    expect(problems.map(({ message }) => message)).toEqual([`it is encoded in ${encoding}`]);
  });

  it('has bytes that are not UTF-8: the line and column, and no other complaint', async () => {
    const latin1 = Buffer.from(withLine(7, 'Scheibe5é,normal,1,2,3'), 'latin1');
    expect(problemsOf(await readTraces(fileOf(latin1)))).toEqual([
      {
        line: 7,
        column: 9,
        message: 'a byte that is not UTF-8 text',
        expected: 'text in UTF-8, lines ending in LF or CR LF',
      },
    ]);
  });

  it('reports several problems, up to a limit', () => {
    const text = good.replaceAll('-1.5', 'x');
    expect(problemsOf(parseTraces(text))).toHaveLength(maxTraceProblems);
  });

  it('has 2 GB: refused by its size', async () => {
    const path = fileOf('');
    truncateSync(path, 2 ** 31);
    const before = performance.now();
    const problems = problemsOf(await readTraces(path));
    expect(performance.now() - before).toBeLessThan(1000);
    expect(problems).toEqual([
      {
        line: 0,
        column: 0,
        message: `it has ${2 ** 31} bytes`,
        expected: `at most ${maxTraceFileBytes} bytes`,
      },
    ]);
  });

  it('has one endless line', async () => {
    const problems = problemsOf(
      await readTraces(fileOf(`wafer,label,s0\nw0,normal,${'1'.repeat(20_000_000)}`)),
    );
    expect(problems).toMatchObject([{ line: 2, message: 'a line of over 16777216 bytes' }]);
  });

  it('is not there, or is a folder', async () => {
    expect(problemsOf(await readTraces(join(folder, 'missing.csv')))[0]?.message).toContain('ENOENT');
    expect(problemsOf(await readTraces(folder))[0]?.message).toBe('it is no regular file');
  });

  it('is anything: problems, never an exception', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.string().map((some) => `wafer,label,s0\n${some}`),
    );
    fc.assert(
      fc.property(text, (some) => {
        expect(problemsOf(parseTraces(some)).length).toBeGreaterThan(0);
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (bytes) => {
        expect(problemsOf(await readTraces(fileOf(bytes))).length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('halves that show nothing', () => {
  const relabelled = (label: (w: number) => string) =>
    ['wafer,label,s0', ...Array.from({ length: 60 }, (_wafer, w) => `w${w},${label(w)},1`)].join('\n');

  it.each([
    [
      'too few normal wafers to learn from',
      (w: number) => (w < 10 || w % 2 === 0 ? 'normal' : 'abnormal'),
      ['the first half (wafers 1 to 30 of 60) has 20 normal wafers'],
    ],
    ['nothing to detect', () => 'normal', ['the second half (wafers 31 to 60 of 60) has no abnormal wafer']],
    [
      'nothing to leave alone',
      (w: number) => (w < 30 ? 'normal' : 'abnormal'),
      ['the second half (wafers 31 to 60 of 60) has no normal wafer'],
    ],
  ])('%s', (_what, label, messages) => {
    expect(problemsOf(parseTraces(relabelled(label))).map(({ message }) => message)).toEqual(messages);
  });
});
