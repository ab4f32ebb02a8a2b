import { parseHeader, parseWafer } from './trace-line.ts';
import { maxTraceProblems } from './trace-problem.ts';
import type { TraceProblem } from './trace-problem.ts';
import { halvesProblems } from './trace-set.ts';
import type { TraceSet, Wafer } from './trace-set.ts';

/** A trace file's content, or everything found wrong with it (at least one problem, at most {@link maxTraceProblems}). */
export type TraceResult =
  | { readonly ok: true; readonly traces: TraceSet }
  | { readonly ok: false; readonly problems: readonly TraceProblem[] };

/** Takes the lines of a trace file one by one, without their line ends. */
export class TraceParser {
  readonly #wafers: Wafer[] = [];
  readonly #lineOfWafer = new Map<string, number>();
  readonly #problems: TraceProblem[] = [];
  #line = 0;
  #blankLine = 0;
  #sampleCount: number | undefined;
  #headerSeen = false;

  /** False once it is no use to go on. */
  get wantsMore(): boolean {
    return this.#problems.length < maxTraceProblems && (this.#sampleCount !== undefined || !this.#headerSeen);
  }

  get nextLine(): number {
    return this.#line + 1;
  }

  push(text: string): void {
    const line = ++this.#line;
    if (text.trim() === '') {
      this.#blankLine ||= line;
      return;
    }
    if (this.#blankLine > 0) {
      this.report({
        line: this.#blankLine,
        column: 1,
        message: 'a blank line',
        expected: 'the header first, then one wafer a line',
      });
      this.#blankLine = 0;
    }
    if (!this.#headerSeen) {
      this.#headerSeen = true;
      const header = parseHeader(text, line);
      if (header.ok) this.#sampleCount = header.content;
      else this.report(header.problem);
      return;
    }
    if (this.#sampleCount === undefined) return;
    const wafer = parseWafer(text, line, this.#sampleCount);
    if (wafer.ok) this.#add(wafer.content, line);
    else this.report(wafer.problem);
  }

  /** Counts a line that is wrong as a whole. */
  reject(problem: TraceProblem): void {
    this.#line++;
    this.report(problem);
  }

  report(problem: TraceProblem): void {
    if (this.#problems.length < maxTraceProblems) this.#problems.push(problem);
  }

  /** After the last line. Whether the halves hold what a run needs is asked only of a file that is right otherwise. */
  finish(): TraceResult {
    const form = 'a header wafer,label,s0,s1,… and one wafer a line';
    if (this.#problems.length === 0 && !this.#headerSeen) {
      this.report({ line: 0, column: 0, message: 'the file is empty', expected: form });
    }
    if (this.#problems.length === 0 && this.#wafers.length === 0) {
      this.report({ line: 0, column: 0, message: 'the file has a header and no wafers', expected: form });
    }
    const traces = { wafers: this.#wafers, sampleCount: this.#sampleCount ?? 0 };
    if (this.#problems.length === 0) for (const problem of halvesProblems(traces)) this.report(problem);
    return this.#problems.length === 0 ? { ok: true, traces } : { ok: false, problems: this.#problems };
  }

  #add(wafer: Wafer, line: number): void {
    const before = this.#lineOfWafer.get(wafer.id);
    if (before !== undefined) {
      this.report({
        line,
        column: 1,
        message: `wafer ${wafer.id} is on line ${before} already`,
        expected: 'each wafer id once',
      });
      return;
    }
    this.#lineOfWafer.set(wafer.id, line);
    this.#wafers.push(wafer);
  }
}
