import type { WideWrite } from '../../system/ports/cql-wide.ts';
import { PortError } from '../../system/ports/errors.ts';
import { resultOf } from './job.ts';
import type { Job } from './job.ts';
import { markTable, resultTable, tallyTable } from './tables.ts';
import { readResult, storeResult } from './upserts.ts';
import type { Worker } from './worker.ts';
import type { WritePattern } from './write-pattern.ts';
import { jobName } from './write-pattern.ts';

const one = { consistency: 'LOCAL_ONE', idempotent: true } as const;
const plainStore = { consistency: () => 'LOCAL_ONE' as const, fromEvent: false, oneColumn: false };

async function isMarked(worker: Worker, job: Job): Promise<boolean> {
  const table = markTable(worker.lab.retentionSeconds);
  const { rows } = await worker.execute({ kind: 'select', table }, { job: jobName(job) }, one);
  return rows.length > 0;
}

async function unmark(worker: Worker, job: Job): Promise<void> {
  const table = markTable(worker.lab.retentionSeconds);
  await worker.execute({ kind: 'delete', table }, { job: jobName(job) }, one);
}

/** Look whether it was done, do it, note that it was done. */
export const dedupeTable: WritePattern = {
  id: 'P5',
  name: 'dedupe table, check then act',
  async handle(worker, job) {
    if (await isMarked(worker, job)) return;
    await worker.compute();
    worker.effect(job);
    await storeResult(worker, job, plainStore);
    const table = markTable(worker.lab.retentionSeconds);
    await worker.execute({ kind: 'insert', table }, { job: jobName(job), state: 'done' }, one);
  },
  async read(worker, job) {
    const result = await readResult(worker, job, 'LOCAL_ONE');
    return { result, effects: worker.lab.effects.count(job) };
  },
  withdraw: unmark,
};

/** Result and mark in one logged batch. */
export const resultWithMark: WritePattern = {
  id: 'P6',
  name: 'result and done-mark in a logged batch',
  async handle(worker, job) {
    if (await isMarked(worker, job)) return;
    await worker.compute();
    const retentionSeconds = worker.lab.retentionSeconds;
    const writes: readonly WideWrite[] = [
      {
        kind: 'insert',
        table: resultTable(retentionSeconds),
        values: { unit: 'u', context: job.context, ...resultOf(job, worker.format) },
      },
      { kind: 'insert', table: markTable(retentionSeconds), values: { job: jobName(job), state: 'done' } },
    ];
    const outcome = await worker.attempt(
      { kind: 'batch', logged: true, writes },
      { consistency: 'LOCAL_ONE', clientTimestampUs: worker.stampUs() },
    );
    if (outcome.kind !== 'written') throw new PortError(outcome.kind, 'write-timeout');
  },
  async read(worker, job) {
    return { result: await readResult(worker, job, 'LOCAL_ONE'), effects: undefined };
  },
  withdraw: unmark,
};

/** Every round of a job is counted by itself. */
function tallyName(job: Job): string {
  return `${jobName(job)}/${job.round}`;
}

/** Counts how often a job was done: an increment cannot be repeated safely. */
export const counter: WritePattern = {
  id: 'P8',
  name: 'counter',
  async handle(worker, job) {
    await worker.compute();
    await worker.execute(
      { kind: 'insert', table: tallyTable },
      { job: tallyName(job), increment: worker.lab.nextIncrement(), amount: 1 },
      { consistency: 'LOCAL_ONE', idempotent: false },
    );
  },
  async read(worker, job) {
    const { rows } = await worker.execute(
      { kind: 'select', table: tallyTable },
      { job: tallyName(job) },
      one,
    );
    const result = rows.length > 0 ? resultOf(job, 0) : undefined;
    return { result, effects: rows.length };
  },
  withdraw: () => Promise.resolve(),
};
