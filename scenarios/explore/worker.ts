import { parentPort } from 'node:worker_threads';
import type { JobAnswer } from './job-pool.ts';
import { observe, type Job } from './observe.ts';

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker');

port.on('message', (job: Job) => {
  void answer(job);
});

async function answer(job: Job): Promise<void> {
  port?.postMessage(await answerOf(job));
}

async function answerOf(job: Job): Promise<JobAnswer> {
  try {
    return { kind: 'done', observation: await observe(job) };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    return { kind: 'failed', message: failure.message, stack: failure.stack ?? '' };
  }
}
