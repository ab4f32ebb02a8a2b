/**
 * What is wrong with a trace file, and where. `line` and `column` count from 1 in lines and characters; both are 0 where the
 * file as a whole is meant.
 */
export interface TraceProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly expected: string;
}

/** A file so wrong is not read to its end; the rest of its problems would say nothing new. */
export const maxTraceProblems = 20;
