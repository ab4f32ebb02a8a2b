import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedPlan } from './plan.ts';

/** `plans` have no experiments, `experiments` have one or two each. */
export type RecordSet = 'plans' | 'experiments';

/** Of each known difference one record that shows it; no measure for anything else. */
export type RecordFile = RecordSet | 'known-differences';

function pathOf(set: RecordFile): string {
  return join(import.meta.dirname, 'recorded', `${set}.jsonl`);
}

/** Plans and what the real controller showed, one a line. */
export function loadRecorded(set: RecordFile): readonly RecordedPlan[] {
  return readFileSync(pathOf(set), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): RecordedPlan => JSON.parse(line));
}

export function saveRecorded(set: RecordSet, recorded: readonly RecordedPlan[]): void {
  writeFileSync(pathOf(set), recorded.map((each) => `${JSON.stringify(each)}\n`).join(''));
}
