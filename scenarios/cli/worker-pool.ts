import { Worker } from 'node:worker_threads';
import type { Progress, RunRequest, RunResult } from '../run-result.ts';
import type { RunTrace } from '../runner.ts';
import { OutputError } from './output-folder.ts';
import { controlCells, type Job, type WorkerMessage } from './worker-message.ts';

/** A simulation that executed nothing for so long hangs. */
const hangMs = 60_000;
const watchMs = 1_000;

export interface PoolOptions {
  readonly workers: number;
  /** Wall time for one run; absent: no limit. */
  readonly timeoutMs?: number;
}

export interface PoolHooks {
  progress(index: number, progress: Progress): void;
  /** An error that it throws ends the pool. */
  result(index: number, result: RunResult & RunTrace): void;
}

export interface PoolTask {
  readonly request: RunRequest;
  readonly traceFile?: string;
}

/** What ended a pool before all its tasks were done. */
export type PoolEnd = 'done' | 'timed-out' | 'cancelled';

/** Runs tasks on worker threads, one at a time each; results come in any order, by the index of their task. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #hooks: PoolHooks;
  readonly #controls = new Set<Int32Array>();
  #cancelled = false;
  #timedOut = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: PoolOptions, hooks: PoolHooks) {
    this.#options = options;
    this.#hooks = hooks;
  }

  /** Every run ends at its next slice; runs that have not begun never will. */
  cancel(): void {
    this.#cancelled = true;
    for (const control of this.#controls) Atomics.store(control, controlCells.cancel, 1);
  }

  /** Whether runs are being ended before their time: a result that comes now may be of half a run. */
  get stopping(): boolean {
    return this.#cancelled;
  }

  /** Rejects with the first error of the harness itself; the other runs are stopped then. */
  async run(tasks: readonly PoolTask[]): Promise<PoolEnd> {
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < tasks.length && !this.#cancelled) {
        const index = next++;
        const task = tasks[index];
        if (task === undefined) continue;
        try {
          await this.#runTask(index, task);
        } catch (error) {
          this.#failure ??= { error };
          this.cancel();
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#options.workers, tasks.length) }, lane));
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#timedOut) return 'timed-out';
    return this.#cancelled ? 'cancelled' : 'done';
  }

  /** A worker a run: what one run leaves behind in memory goes with it. */
  async #runTask(index: number, task: PoolTask): Promise<void> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: 6144 },
    });
    const buffer = new SharedArrayBuffer(8);
    const control = new Int32Array(buffer);
    this.#controls.add(control);
    const startMs = performance.now();
    let seen = -1;
    let seenMs = startMs;
    let lastUs = 0;
    try {
      await new Promise<void>((resolve, reject) => {
        const watch = setInterval(() => {
          const nowMs = performance.now();
          const slices = Atomics.load(control, controlCells.slices);
          if (slices !== seen) {
            seen = slices;
            seenMs = nowMs;
          } else if (nowMs - seenMs > hangMs) {
            clearInterval(watch);
            reject(
              new Error(
                `${label(task)} hangs: nothing was executed for ${hangMs / 1000} s after ${(lastUs / 1e6).toFixed(3)} s of virtual time`,
              ),
            );
          }
          if (
            this.#options.timeoutMs !== undefined &&
            nowMs - startMs > this.#options.timeoutMs &&
            !this.#timedOut
          ) {
            this.#timedOut = true;
            this.cancel();
          }
        }, watchMs);
        worker.on('message', (message: WorkerMessage) => {
          switch (message.kind) {
            case 'progress':
              lastUs = message.progress.virtualUs;
              this.#hooks.progress(index, message.progress);
              return;
            case 'result':
              clearInterval(watch);
              try {
                this.#hooks.result(index, message.result);
                resolve();
              } catch (error) {
                reject(error instanceof Error ? error : new Error(String(error)));
              }
              return;
            case 'error':
              clearInterval(watch);
              reject(
                message.output
                  ? new OutputError(message.message)
                  : new Error(`${label(task)}: ${message.message}\n${message.stack}`),
              );
              return;
          }
        });
        worker.once('error', (error) => {
          clearInterval(watch);
          reject(
            new Error(
              `${label(task)}: the worker died at ${(lastUs / 1e6).toFixed(3)} s of virtual time: ${String(error)}`,
              { cause: error },
            ),
          );
        });
        worker.once('exit', (code) => {
          clearInterval(watch);
          // After a result this changes nothing.
          reject(new Error(`${label(task)}: the worker ended without a result, code ${code}`));
        });
        const job: Job = {
          request: task.request,
          control: buffer,
          ...(task.traceFile === undefined ? {} : { traceFile: task.traceFile }),
        };
        worker.postMessage(job);
      });
    } finally {
      this.#controls.delete(control);
      await worker.terminate();
    }
  }
}

function label(task: PoolTask): string {
  return `${task.request.scenario} seed 0x${task.request.seed.toString(16)}`;
}
