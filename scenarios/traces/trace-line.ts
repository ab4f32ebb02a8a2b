import type { TraceProblem } from './trace-problem.ts';
import type { Wafer } from './trace-set.ts';

const FORM = 'wafer,label,s0,s1,…';
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const MAX_ID_LENGTH = 200;
const MAX_SHOWN = 40;

/** A line's outcome: its content, or the first thing that is wrong with it. */
export type LineResult<Content> =
  { readonly ok: true; readonly content: Content } | { readonly ok: false; readonly problem: TraceProblem };

/** Reads the header and returns the number of samples that it announces. */
export function parseHeader(text: string, line: number): LineResult<number> {
  const fields = text.split(',');
  for (const [index, field] of fields.entries()) {
    const name = index === 0 ? 'wafer' : index === 1 ? 'label' : `s${index - 2}`;
    if (field.trim() === name) continue;
    return failure(
      line,
      columnOf(fields, index),
      `the header has ${shown(field)} here`,
      `${name}, as in ${FORM}`,
    );
  }
  if (fields.length < 3) {
    return failure(line, text.length + 1, 'the header names no samples', `${FORM} with at least s0`);
  }
  return { ok: true, content: fields.length - 2 };
}

/** Reads one wafer of `sampleCount` samples. */
export function parseWafer(text: string, line: number, sampleCount: number): LineResult<Wafer> {
  const fields = text.split(',');
  const id = (fields[0] ?? '').trim();
  if (id === '' || id.length > MAX_ID_LENGTH || !isPlain(id)) {
    return failure(
      line,
      1,
      `the wafer id is ${shown(id)}`,
      `1 to ${MAX_ID_LENGTH} characters without quotes and control characters`,
    );
  }
  const label = (fields[1] ?? '').trim();
  if (label !== 'normal' && label !== 'abnormal') {
    return failure(
      line,
      columnOf(fields, 1),
      `wafer ${id} has the label ${shown(label)}`,
      'normal or abnormal',
    );
  }
  if (fields.length !== sampleCount + 2) {
    return failure(
      line,
      columnOf(fields, Math.min(fields.length, sampleCount + 2)),
      `wafer ${id} has ${fields.length} columns`,
      `${sampleCount + 2}, as in the header`,
    );
  }
  const samples = new Float64Array(sampleCount);
  for (let s = 0; s < sampleCount; s++) {
    const field = (fields[s + 2] ?? '').trim();
    const sample = NUMBER.test(field) ? Number(field) : Number.NaN;
    if (!Number.isFinite(sample)) {
      return failure(
        line,
        columnOf(fields, s + 2),
        `sample s${s} of wafer ${id} is ${shown(field)}`,
        'a finite number such as -1.25 or 3e-4',
      );
    }
    samples[s] = sample;
  }
  return { ok: true, content: { id, label, samples } };
}

function failure(
  line: number,
  column: number,
  message: string,
  expected: string,
): { ok: false; problem: TraceProblem } {
  return { ok: false, problem: { line, column, message, expected } };
}

/** Column of the first character of a field, or of what would follow the last one. */
function columnOf(fields: readonly string[], index: number): number {
  let column = 1;
  for (let i = 0; i < index; i++) column += (fields[i]?.length ?? 0) + 1;
  return index >= fields.length ? column - 1 : column;
}

/** No control characters (they would garble a terminal or a report) and no quotes (this form has none). */
function isPlain(text: string): boolean {
  return !/["\p{Cc}\p{Cs}]/u.test(text);
}

function shown(text: string): string {
  if (text === '') return 'empty';
  const short = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  return JSON.stringify(short);
}
