import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AutoscalerRecord } from './autoscaler-record.ts';
import type { DeletionRecord } from './deletion-record.ts';
import type { Plan } from './plan.ts';
import type { TimedObservation } from './sequence-run.ts';

/** What the real controllers did with one generated plan. */
export interface SequenceRecord {
  readonly id: string;
  readonly plan: Plan;
  readonly observations: readonly TimedObservation[];
}

const folder = join(import.meta.dirname, 'recorded');

interface Recorded {
  readonly sequences: SequenceRecord;
  readonly deletions: DeletionRecord;
  readonly autoscalers: AutoscalerRecord;
}

/** One record a line; none where nothing was recorded yet. */
export function write<K extends keyof Recorded>(kind: K, records: readonly Recorded[K][]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `${kind}.jsonl`),
    records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  );
}

export function recorded<K extends keyof Recorded>(kind: K): readonly Recorded[K][] {
  const path = join(folder, `${kind}.jsonl`);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Recorded[K]);
}
