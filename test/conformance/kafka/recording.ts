import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Observation } from './interpreter.ts';
import type { Plan } from './plan.ts';

/** What a real broker answered to a plan. */
export interface RecordedRun {
  readonly id: string;
  readonly plan: Plan;
  readonly observations: readonly Observation[];
}

const path = join(import.meta.dirname, 'recorded', 'kafka-4.1.0.json');

export function keepRuns(runs: readonly RecordedRun[]): void {
  writeFileSync(path, `[\n${runs.map((run) => JSON.stringify(run)).join(',\n')}\n]\n`);
}

export function recordedRuns(): readonly RecordedRun[] {
  return JSON.parse(readFileSync(path, 'utf8')) as readonly RecordedRun[];
}
