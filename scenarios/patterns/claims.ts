import type { CqlRow } from '../../system/ports/cql.ts';
import type { WideOptions, WideOutcome } from '../../system/ports/cql-wide.ts';
import { PortError } from '../../system/ports/errors.ts';
import type { Job } from './job.ts';
import { claimTable } from './tables.ts';
import { quorum, readResult, storeResult } from './upserts.ts';
import type { Worker } from './worker.ts';
import type { Seen, WritePattern } from './write-pattern.ts';
import { jobName } from './write-pattern.ts';

const store = { consistency: quorum, fromEvent: false, oneColumn: false };
const guardedStore = { consistency: quorum, fromEvent: true, oneColumn: true };

function fail(why: string): never {
  throw new PortError(why, 'timeout');
}

async function seen(worker: Worker, job: Job): Promise<Seen> {
  const result = await readResult(worker, job, quorum(worker.lab));
  return { result, effects: worker.lab.effects.count(job) };
}

async function release(worker: Worker, job: Job): Promise<void> {
  // By a plain DELETE, as people do (52).
  await worker.execute(
    { kind: 'delete', table: claimTable },
    { job: jobName(job) },
    { consistency: quorum(worker.lab), idempotent: true },
  );
}

/**
 * The claim as it is often written: an error means that nothing happened, `[applied]=false` that another one has it, and
 * the driver may repeat it (49, 58).
 */
export const naiveClaim: WritePattern = {
  id: 'P4',
  name: 'LWT claim, errors taken as refusals',
  async handle(worker, job) {
    const owner = worker.name;
    const { lab } = worker;
    const outcome = lab.isLocal
      ? await worker.attempt(
          {
            kind: 'insert',
            table: claimTable,
            values: { job: jobName(job), owner, state: 'claimed' },
            condition: { kind: 'if-not-exists' },
            ttlSeconds: lab.claimTtlSeconds,
          },
          { consistency: lab.claimConsistency, serialConsistency: 'LOCAL_SERIAL' },
        )
      : undefined;
    const applied = outcome === undefined ? await claimByDriver(worker, job) : isApplied(outcome);
    if (!applied) return;
    await worker.compute();
    worker.effect(job);
    await storeResult(worker, job, store);
    await worker.execute(
      { kind: 'insert', table: claimTable },
      { job: jobName(job), owner, state: 'done' },
      { consistency: quorum(lab), idempotent: true },
    );
  },
  read: seen,
  withdraw: release,
};

async function claimByDriver(worker: Worker, job: Job): Promise<boolean> {
  const { applied } = await worker.execute(
    { kind: 'insert-if-not-exists', table: claimTable },
    { job: jobName(job), owner: worker.name, state: 'claimed' },
    { consistency: 'QUORUM', idempotent: true, ttlSeconds: worker.lab.claimTtlSeconds },
  );
  return applied === true;
}

function isApplied(outcome: WideOutcome): boolean {
  return outcome.kind === 'conditional' ? outcome.applied : fail(outcome.kind);
}

/**
 * The claim as it must be (cassandra-and-live §2.1, recommendation): a token for each process, a SERIAL read after every
 * answer, a fence that grows with every claim and that the receiver of the effect checks, and a
 * result that is the same whoever stores it.
 */
export const fencedClaim: WritePattern = {
  id: 'P4+',
  name: 'LWT claim with token, SERIAL read and fence',
  async handle(worker, job) {
    // Of this process: it may go on with a claim whose answer it never got.
    const token = worker.process.uid;
    const values = { job: jobName(job), owner: token, state: 'claimed' };
    const options: Omit<WideOptions, 'timeoutMs'> = { consistency: quorum(worker.lab) };
    await worker.attempt(
      {
        kind: 'insert',
        table: claimTable,
        values,
        condition: { kind: 'if-not-exists' },
        ttlSeconds: worker.lab.claimTtlSeconds,
      },
      options,
    );
    const holder = await holderOf(worker, job);
    if (holder?.['state'] === 'done') return;
    if (holder?.['owner'] !== token) fail('another one has it');
    await worker.compute();
    worker.effect(job, Number(holder['writetime(owner)']));
    await storeResult(worker, job, guardedStore);
    const done = await worker.attempt(
      {
        kind: 'update',
        table: claimTable,
        values: { job: jobName(job), owner: token, state: 'done' },
        condition: { kind: 'if', columns: [{ column: 'owner', operator: '=', value: token }] },
        ttlSeconds: worker.lab.retentionSeconds,
      },
      options,
    );
    if (!isApplied(done)) fail('the claim was lost meanwhile');
  },
  read: seen,
  withdraw: (worker, job) =>
    worker
      .attempt(
        {
          kind: 'delete',
          table: claimTable,
          values: { job: jobName(job) },
          condition: { kind: 'if-exists' },
        },
        { consistency: quorum(worker.lab) },
      )
      .then(() => undefined),
};

async function holderOf(worker: Worker, job: Job): Promise<CqlRow | undefined> {
  const outcome = await worker.attempt(
    { kind: 'select', table: claimTable, values: { job: jobName(job) }, withStamps: true },
    { consistency: 'SERIAL' },
  );
  return outcome.kind === 'rows' ? outcome.rows[0] : fail('no answer');
}
