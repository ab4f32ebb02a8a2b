import { parentPort } from 'node:worker_threads';
import type { JobAnswer } from './job-pool.ts';
import { Preparation } from '../../sim/preparation.ts';
import { observe, type Job } from './observe.ts';

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker');

port.on('message', (job: Job) => {
  void answer(job);
});

let prepared: { readonly key: string; readonly preparation: Preparation } | undefined;

/** Of the last job; nearly always the next one has the same. */
function preparationFor({ scenario, seed }: Job): Preparation {
  const key = `${scenario} ${seed}`;
  if (prepared?.key !== key) prepared = { key, preparation: new Preparation() };
  return prepared.preparation;
}

async function answer(job: Job): Promise<void> {
  port?.postMessage(await answerOf(job));
}

async function answerOf(job: Job): Promise<JobAnswer> {
  try {
    return { kind: 'done', observation: await observe(job, preparationFor(job)) };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    return { kind: 'failed', message: failure.message, stack: failure.stack ?? '' };
  }
}
