import type { Consistency, CqlRow, CqlStatement } from '../../system/ports/cql.ts';
import { resultOf } from './job.ts';
import type { Job, Result } from './job.ts';
import type { Lab } from './lab.ts';
import { resultTable, versionTable } from './tables.ts';
import type { Worker } from './worker.ts';
import type { Seen, WritePattern } from './write-pattern.ts';

const unit = 'u';

export function quorum(lab: Lab): Consistency {
  return lab.isLocal ? 'LOCAL_QUORUM' : 'QUORUM';
}

/** What is left of a result's time, from its event on; not positive where it is over. */
function secondsLeft(worker: Worker, job: Job): number {
  return Math.floor(job.eventEndUs / 1e6) + job.retentionSeconds - Math.floor(worker.nowUs / 1e6);
}

/** Milliseconds of the event and the version behind them: the same for every attempt of every worker (P2). */
export function eventStampUs(job: Job): number {
  return Math.floor(job.eventEndUs / 1000) * 1000 + job.version;
}

interface UpsertOptions {
  readonly consistency: (lab: Lab) => Consistency;
  /** Timestamp and TTL come from the event instead of from clocks and the table. */
  readonly fromEvent: boolean;
  /** The whole result in one column. */
  readonly oneColumn: boolean;
}

/** Writes the one row of a job; false where its time is over, so that there is nothing to write. */
export async function storeResult(
  worker: Worker,
  job: Job,
  { consistency, fromEvent, oneColumn }: UpsertOptions,
): Promise<boolean> {
  const statement: CqlStatement = { kind: 'insert', table: resultTable(worker.lab.retentionSeconds) };
  const level = { consistency: consistency(worker.lab), idempotent: true };
  const values = { unit, context: job.context, ...packed(resultOf(job, worker.format), oneColumn) };
  if (!fromEvent) {
    await worker.execute(statement, values, level);
    return true;
  }
  const ttlSeconds = secondsLeft(worker, job);
  // A TTL of 0 would keep the row for ever (30).
  if (ttlSeconds <= 0) return false;
  await worker.execute(statement, values, { ...level, timestampUs: eventStampUs(job), ttlSeconds });
  return true;
}

function packed({ value, detail }: Result, oneColumn: boolean): CqlRow {
  return oneColumn ? { value: `${value} ${detail}` } : { value, detail };
}

export function unpacked(row: CqlRow | undefined): Result | undefined {
  const value = row?.['value'];
  const detail = row?.['detail'];
  if (typeof value !== 'string') return undefined;
  if (typeof detail === 'string') return { value, detail };
  const [first = '', second = ''] = value.split(' ');
  return { value: first, detail: second };
}

export async function readResult(
  worker: Worker,
  job: Job,
  consistency: Consistency,
): Promise<Result | undefined> {
  const statement: CqlStatement = { kind: 'select', table: resultTable(worker.lab.retentionSeconds) };
  const { rows } = await worker.execute(
    statement,
    { unit, context: job.context },
    { consistency, idempotent: true },
  );
  return unpacked(rows[0]);
}

function upsert(id: string, name: string, options: UpsertOptions): WritePattern {
  return {
    id,
    name,
    async handle(worker, job) {
      await worker.compute();
      await storeResult(worker, job, options);
    },
    async read(worker, job): Promise<Seen> {
      const result = await readResult(worker, job, options.consistency(worker.lab));
      return { result, effects: undefined };
    },
    withdraw: () => Promise.resolve(),
  };
}

const one = (): Consistency => 'LOCAL_ONE';

export const deterministicUpsert = upsert('P1', 'deterministic upsert', {
  consistency: one,
  fromEvent: false,
  oneColumn: false,
});

export const eventTimestamp = upsert('P2', 'P1 + timestamp and TTL from the event', {
  consistency: one,
  fromEvent: true,
  oneColumn: false,
});

export const quorumAck = upsert('P7', 'P1 + acknowledged after QUORUM only', {
  consistency: quorum,
  fromEvent: false,
  oneColumn: false,
});

export const recommended = upsert('P1+2+7', 'P1, P2 and P7 with the result in one column', {
  consistency: quorum,
  fromEvent: true,
  oneColumn: true,
});

/** A row for each version; readers take the newest. */
export const appendVersions: WritePattern = {
  id: 'P3',
  name: 'append versions',
  async handle(worker, job) {
    await worker.compute();
    await worker.execute(
      { kind: 'insert', table: versionTable(worker.lab.retentionSeconds) },
      { unit, context: job.context, version: job.version, ...resultOf(job, worker.format) },
      { consistency: 'LOCAL_ONE', idempotent: true },
    );
  },
  async read(worker, job): Promise<Seen> {
    const { rows } = await worker.execute(
      { kind: 'select', table: versionTable(worker.lab.retentionSeconds), reversed: true, limit: 1 },
      { unit, context: job.context },
      { consistency: 'LOCAL_ONE', idempotent: true },
    );
    return { result: unpacked(rows[0]), effects: undefined };
  },
  async withdraw(worker, job) {
    await worker.execute(
      { kind: 'delete', table: versionTable(worker.lab.retentionSeconds) },
      { unit, context: job.context, version: job.version },
      { consistency: 'LOCAL_ONE', idempotent: true },
    );
  },
};
