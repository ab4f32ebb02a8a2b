import type { Job, Result } from './job.ts';
import type { Worker } from './worker.ts';

/** What a reader finds of a job. */
export interface Seen {
  /** Undefined where there is nothing. */
  readonly result: Result | undefined;
  /** How often its one effect took place; undefined where the pattern has no other effect than its row. */
  readonly effects: number | undefined;
}

/** A way to process at least once and take effect once, on Cassandra (cassandra-and-live §2.1). */
export interface WritePattern {
  readonly id: string;
  readonly name: string;
  /** Handles one delivery. Resolves when the message may be acknowledged; rejects when it must come again. */
  handle(worker: Worker, job: Job): Promise<void>;
  /** At the level the pattern reads with. Rejects where it cannot. */
  read(worker: Worker, job: Job): Promise<Seen>;
  /** Takes the bookkeeping away that the pattern keeps beside the result. */
  withdraw(worker: Worker, job: Job): Promise<void>;
}

/** The name of a job in bookkeeping tables. */
export function jobName(job: Job): string {
  return `${job.context}/${job.version}`;
}
