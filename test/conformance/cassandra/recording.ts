import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedSequence } from './comparison.ts';
import type { Sequence } from './step.ts';

const recordedFolder = join(import.meta.dirname, 'recorded');
const corpusFolder = join(import.meta.dirname, 'corpus');

/** Sequences as real nodes answered them, one a line: what the mutation table and machines without Java use. */
export function loadRecorded(nodeCount: number): readonly RecordedSequence[] {
  return readLines<RecordedSequence>(join(recordedFolder, `sequences-${nodeCount}.jsonl`));
}

export function saveRecorded(nodeCount: number, recorded: readonly RecordedSequence[]): void {
  const lines = recorded.map((each) => JSON.stringify(each)).join('\n');
  writeFileSync(join(recordedFolder, `sequences-${nodeCount}.jsonl`), `${lines}\n`);
}

/** What a story's real nodes answered, by the story's name. */
export function loadStory(name: string): unknown {
  return JSON.parse(readFileSync(join(recordedFolder, `story-${name}.json`), 'utf8'));
}

export function saveStory(name: string, observations: unknown): void {
  writeFileSync(
    join(recordedFolder, `story-${name}.json`),
    `${JSON.stringify(observations, undefined, 2)}\n`,
  );
}

/** Sequences that once disagreed, by the size of their ring: they always run first. */
export function loadCorpus(nodeCount: number): readonly Sequence[] {
  return readdirSync(corpusFolder)
    .filter((file) => file.endsWith('.json'))
    .sort((left, right) => left.localeCompare(right, 'en'))
    .map((file): { readonly nodeCount: number; readonly steps: Sequence } =>
      JSON.parse(readFileSync(join(corpusFolder, file), 'utf8')),
    )
    .filter((entry) => entry.nodeCount === nodeCount)
    .map(({ steps }) => steps);
}

function readLines<T>(path: string): readonly T[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): T => JSON.parse(line));
}
