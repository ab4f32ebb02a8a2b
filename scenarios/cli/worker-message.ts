import type { Progress, RunRequest, RunResult } from '../run-result.ts';
import type { RunTrace } from '../runner.ts';

/** What a worker is asked to run. */
export interface Job {
  readonly request: RunRequest;
  /** Where the trace goes, if one is wanted: JSON lines, gzip. */
  readonly traceFile?: string;
  /** Int32 cells: 0 cancel flag, 1 executed slices (for the watchdog). */
  readonly control: SharedArrayBuffer;
}

export type WorkerMessage =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'result'; readonly result: RunResult & RunTrace }
  | { readonly kind: 'error'; readonly output: boolean; readonly message: string; readonly stack: string };

export const controlCells = { cancel: 0, slices: 1 } as const;
