import type { RunResult, Verdict } from '../scenarios/run-result.ts';

/** `1234567` as `1,234,567`; fractions are rounded to one digit below a hundred. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Math.abs(value) < 100 ? Math.round(value * 10) / 10 : Math.round(value);
  const [whole = '0', fraction] = String(Math.abs(rounded)).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${rounded < 0 ? '-' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** Virtual time as `hh:mm:ss`, counted from the start of the run. */
export function formatClock(timeUs: number): string {
  const seconds = Math.floor(timeUs / 1e6);
  const part = (value: number): string => String(value).padStart(2, '0');
  return `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`;
}

/** `4 h 25 min`, `25 min`, `1 min 33 s`, `65 s`, `850 ms`: the two largest units that matter. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  const seconds = durationMs / 1000;
  if (seconds < 90) return `${formatNumber(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 600 && whole % 60 > 0) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const escapeSequence = new RegExp(String.raw`${String.fromCodePoint(27)}\[[0-9;]*[A-Za-z]`, 'g');

/** Removes what a terminal, XML or a CI log would act on: escapes and control characters other than line ends, and what is no character. */
export function plainText(text: string): string {
  // Control characters of the C0 and C1 ranges go, tab and line feed stay.
  return Array.from(text.replaceAll(escapeSequence, ''))
    .filter((character) => {
      const code = character.codePointAt(0) ?? 0;
      return code === 9 || code === 10 || (code >= 32 && code < 127) || (code > 159 && !isNoCharacter(code));
    })
    .join('');
}

/** Halves of surrogate pairs and what Unicode keeps unassigned: XML forbids them. */
function isNoCharacter(code: number): boolean {
  return (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff;
}

/** Virtual over wall time. */
export function ratioOf(result: RunResult): number {
  return result.virtualUs / 1000 / Math.max(1, result.wallMs);
}

/** A red run first, then what is not known, then what passed. */
export const verdictOrder: readonly Verdict[] = ['nondeterministic', 'failed', 'unknown', 'passed'];

export function worstFirst(results: readonly RunResult[]): RunResult[] {
  return results.toSorted(
    (left, right) => verdictOrder.indexOf(left.verdict) - verdictOrder.indexOf(right.verdict),
  );
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${formatNumber((100 * part) / whole)} %`;
}
