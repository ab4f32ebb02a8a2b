import { Worker } from 'node:worker_threads';
import type { Progress, RunRequest, RunResult } from '../run-result.ts';
import type { RunTrace } from '../runner.ts';
import { workerEnvironment } from './compile-cache.ts';
import { OutputError } from './output-folder.ts';
import { controlCells, type Job, type WorkerMessage } from './worker-message.ts';

/** A simulation that executed nothing for so long hangs. */
const hangMs = 60_000;
const watchMs = 1_000;
/** A worker that is warm runs faster; after so many runs what they left behind in memory goes with it. */
const usualRunsPerWorker = 20;

export interface PoolOptions {
  readonly workers: number;
  /** Wall time for one run; absent: no limit. */
  readonly timeoutMs?: number;
  /** Absent: 20. */
  readonly runsPerWorker?: number;
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
    const queue = tasks.entries();
    const lanes = Math.min(this.#options.workers, tasks.length);
    await Promise.all(Array.from({ length: lanes }, () => this.#runLane(queue)));
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#timedOut) return 'timed-out';
    return this.#cancelled ? 'cancelled' : 'done';
  }

  async #runLane(queue: Iterator<[number, PoolTask]>): Promise<void> {
    let worker: Worker | undefined;
    let runs = 0;
    const { runsPerWorker = usualRunsPerWorker } = this.#options;
    try {
      while (!this.#cancelled) {
        const next = queue.next();
        if (next.done === true) return;
        if (worker === undefined || runs === runsPerWorker) {
          await worker?.terminate();
          worker = startWorker();
          runs = 0;
        }
        runs++;
        await this.#runTask(worker, ...next.value);
      }
    } catch (error) {
      this.#failure ??= { error };
      this.cancel();
    } finally {
      await worker?.terminate();
    }
  }

  async #runTask(worker: Worker, index: number, task: PoolTask): Promise<void> {
    const buffer = new SharedArrayBuffer(8);
    const control = new Int32Array(buffer);
    this.#controls.add(control);
    let lastUs = 0;
    const at = (): string => `${(lastUs / 1e6).toFixed(3)} s of virtual time`;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const watch = this.#watch(control, () =>
      reject(new Error(`${label(task)} hangs: nothing was executed for ${hangMs / 1000} s after ${at()}`)),
    );
    const onMessage = (message: WorkerMessage): void => {
      switch (message.kind) {
        case 'progress':
          lastUs = message.progress.virtualUs;
          this.#hooks.progress(index, message.progress);
          return;
        case 'result':
          try {
            this.#hooks.result(index, message.result);
            resolve();
          } catch (error) {
            reject(error);
          }
          return;
        case 'error':
          reject(
            message.output
              ? new OutputError(message.message)
              : new Error(`${label(task)}: ${message.message}\n${message.stack}`),
          );
          return;
      }
    };
    const onError = (error: Error): void =>
      reject(new Error(`${label(task)}: the worker died at ${at()}: ${String(error)}`, { cause: error }));
    const onExit = (code: number): void =>
      reject(new Error(`${label(task)}: the worker ended without a result, code ${code}`));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    const { request, traceFile } = task;
    const job: Job = { request, control: buffer, ...(traceFile === undefined ? {} : { traceFile }) };
    worker.postMessage(job);
    try {
      await promise;
    } finally {
      clearInterval(watch);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      this.#controls.delete(control);
    }
  }

  /** Looks after a run: whether it still moves, and whether it takes too long. */
  #watch(control: Int32Array, hangs: () => void): NodeJS.Timeout {
    const { timeoutMs } = this.#options;
    const startMs = performance.now();
    let seen = -1;
    let seenMs = startMs;
    return setInterval(() => {
      const nowMs = performance.now();
      const slices = Atomics.load(control, controlCells.slices);
      if (slices !== seen) {
        seen = slices;
        seenMs = nowMs;
      } else if (nowMs - seenMs > hangMs) {
        hangs();
      }
      if (timeoutMs !== undefined && nowMs - startMs > timeoutMs && !this.#timedOut) {
        this.#timedOut = true;
        this.cancel();
      }
    }, watchMs);
  }
}

function startWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: workerEnvironment,
    resourceLimits: { maxOldGenerationSizeMb: 6144 },
  });
}

function label(task: PoolTask): string {
  return `${task.request.scenario} seed 0x${task.request.seed.toString(16)}`;
}
