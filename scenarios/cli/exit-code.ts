import type { RunResult } from '../run-result.ts';

/** Exit codes by DESIGN; 99 (gate or threshold) comes with the release gate. */
export const exitCodes = {
  ok: 0,
  ruleBroken: 1,
  unknown: 2,
  nondeterminism: 3,
  badInput: 104,
  timeLimit: 124,
  interrupted: 130,
  terminated: 143,
  harnessError: 255,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The worse one of two: 255 > 130/143 > 124 > 3 > 1 > 2 > 0. 104 stands alone, since nothing has run. */
const precedence: readonly ExitCode[] = [255, 130, 143, 124, 3, 1, 2, 104, 0];

export function worstOf(codes: readonly ExitCode[]): ExitCode {
  return precedence.find((code) => codes.includes(code)) ?? exitCodes.ok;
}

export function exitCodeOf(result: RunResult): ExitCode {
  switch (result.verdict) {
    case 'passed':
      return exitCodes.ok;
    case 'failed':
      return result.knownRed === undefined ? exitCodes.ruleBroken : exitCodes.ok;
    case 'unknown':
      return exitCodes.unknown;
    case 'nondeterministic':
      return exitCodes.nondeterminism;
  }
}

/** Why, in one line: `exit 1: 1 of 4 runs broke a rule`. */
export function explain(code: ExitCode, results: readonly RunResult[]): string {
  const runs = (some: number): string =>
    `${some} of ${results.length} ${results.length === 1 ? 'run' : 'runs'}`;
  const count = (verdict: RunResult['verdict']): string =>
    runs(results.filter((result) => result.verdict === verdict).length);
  switch (code) {
    case 0: {
      const red = results.filter((result) => result.knownRed !== undefined);
      if (red.length > 0) return `exit 0: ${runs(red.length)} known red: ${red[0]?.knownRed}`;
      return `exit 0: ${results.length === 1 ? 'the run passed' : `all ${results.length} runs passed`}`;
    }
    case 1:
      return `exit 1: ${runs(results.filter((result) => result.verdict === 'failed' && result.knownRed === undefined).length)} broke a rule`;
    case 2:
      return `exit 2: the verdict of ${count('unknown')} is unknown`;
    case 3:
      return `exit 3: ${count('nondeterministic')} gave another fingerprint when executed again`;
    case 104:
      return 'exit 104: bad input, nothing was run';
    case 124:
      return 'exit 124: the time limit was reached';
    case 130:
      return 'exit 130: interrupted; what was finished is reported';
    case 143:
      return 'exit 143: terminated; what was finished is reported';
    case 255:
      return 'exit 255: the harness itself failed';
  }
}
