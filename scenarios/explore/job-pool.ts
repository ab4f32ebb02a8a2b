import { Worker } from 'node:worker_threads';
import { workerEnvironment } from '../cli/compile-cache.ts';
import type { Job, Observation } from './observe.ts';

/** What a thread answers. */
export type JobAnswer =
  | { readonly kind: 'done'; readonly observation: Observation }
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string };

/** What runs left behind in memory goes with their thread. */
const jobsPerWorker = 400;

interface Lane {
  readonly worker: Worker;
  jobs: number;
}

/** Runs jobs on threads, one at a time each; whoever asks while all are busy waits. */
export class JobPool {
  readonly #free: (Lane | undefined)[];
  readonly #waiting: ((lane: Lane | undefined) => void)[] = [];

  constructor(threads: number) {
    this.#free = Array.from({ length: threads }, () => undefined);
  }

  /** Rejects where the harness failed, or the thread died. */
  async run(job: Job): Promise<Observation> {
    let lane = this.#free.length > 0 ? this.#free.pop() : await this.#next();
    try {
      if (lane !== undefined && lane.jobs >= jobsPerWorker) {
        await lane.worker.terminate();
        lane = undefined;
      }
      lane ??= { worker: startWorker(), jobs: 0 };
      lane.jobs += 1;
      return await ask(lane.worker, job);
    } catch (error) {
      await lane?.worker.terminate();
      lane = undefined;
      throw error;
    } finally {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#free.push(lane);
      else waiting(lane);
    }
  }

  /** Ends the threads that rest. */
  async close(): Promise<void> {
    const lanes = this.#free.splice(0).filter((lane) => lane !== undefined);
    await Promise.all(lanes.map(({ worker }) => worker.terminate()));
  }

  #next(): Promise<Lane | undefined> {
    const { promise, resolve } = Promise.withResolvers<Lane | undefined>();
    this.#waiting.push(resolve);
    return promise;
  }
}

function startWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: workerEnvironment,
    resourceLimits: { maxOldGenerationSizeMb: 6144, maxYoungGenerationSizeMb: 96 },
  });
}

async function ask(worker: Worker, job: Job): Promise<Observation> {
  const { promise, resolve, reject } = Promise.withResolvers<Observation>();
  const onMessage = (answer: JobAnswer): void => {
    switch (answer.kind) {
      case 'done':
        resolve(answer.observation);
        return;
      case 'failed':
        reject(new Error(`${answer.message}\n${answer.stack}`));
        return;
    }
  };
  const onError = (error: Error): void => reject(error);
  const onExit = (code: number): void =>
    reject(new Error(`the thread ended without an answer, code ${code}`));
  worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  worker.postMessage(job);
  try {
    return await promise;
  } finally {
    worker.off('message', onMessage).off('error', onError).off('exit', onExit);
  }
}
