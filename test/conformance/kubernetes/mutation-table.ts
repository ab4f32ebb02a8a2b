import { replay, type AutoscalerRecord } from './autoscaler-record.ts';
import { firstDifference } from './comparison.ts';
import { wrongPairs, type DeletionRecord } from './deletion-record.ts';
import { mutations } from './mutation-catalogue.ts';
import type { Mutation } from './mutation.ts';
import type { SequenceRecord } from './recording.ts';

export interface AllRecords {
  readonly sequences: readonly SequenceRecord[];
  readonly deletions: readonly DeletionRecord[];
  readonly autoscalers: readonly AutoscalerRecord[];
}

export interface MutationRow {
  readonly mutation: string;
  /** The record that found it; undefined: none did. */
  readonly foundBy: string | undefined;
}

/** Holds every record against the model with one deliberate error after the other, until one finds it. */
export async function mutationTable(records: AllRecords): Promise<readonly MutationRow[]> {
  const rows: MutationRow[] = [];
  for (const [name, mutation] of Object.entries(mutations)) {
    rows.push({ mutation: name, foundBy: await find(mutation, records) });
  }
  return rows;
}

async function find(
  mutation: Mutation,
  { sequences, deletions, autoscalers }: AllRecords,
): Promise<string | undefined> {
  const compare = mutation.rules?.compareForDeletion;
  if (compare !== undefined) return deletions.find((record) => wrongPairs(record, compare).length > 0)?.id;
  if (mutation.times !== undefined || mutation.rules?.replicasForCpu !== undefined) {
    return autoscalers.find((record) => {
      const wanted = replay(record, mutation);
      return record.rounds.some(({ desired }, index) => desired !== wanted[index]);
    })?.id;
  }
  for (const record of sequences) {
    if ((await firstDifference(record, mutation)) !== undefined) return record.id;
  }
  return undefined;
}

export function markdownTable(rows: readonly MutationRow[]): string {
  const lines = rows.map(({ mutation, foundBy }) => `| ${mutation} | ${foundBy ?? '**not found**'} |`);
  return ['| deliberate error | found by |', '| --- | --- |', ...lines].join('\n');
}
