import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedPlan } from './plan.ts';

const path = join(import.meta.dirname, 'recorded', 'plans.jsonl');

/** Plans and what the real controller showed, one a line. */
export function loadRecorded(): readonly RecordedPlan[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): RecordedPlan => JSON.parse(line));
}

export function saveRecorded(recorded: readonly RecordedPlan[]): void {
  writeFileSync(path, recorded.map((each) => `${JSON.stringify(each)}\n`).join(''));
}
