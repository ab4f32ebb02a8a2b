import { mutationCatalogue, type MutationName, type NatsProfile } from '../../../sim/nats/index.ts';
import { runOnModel } from './comparison.ts';
import type { RecordedRun } from './recording.ts';

export interface MutationRow {
  readonly mutation: MutationName;
  readonly what: string;
  /** Sequence that found it; undefined: none did. */
  readonly sequence: string | undefined;
  /** Operations run until it was found, over all sequences in order. */
  readonly operations: number;
}

const names = Object.keys(mutationCatalogue).filter((name): name is MutationName =>
  Object.hasOwn(mutationCatalogue, name),
);

/** Runs the recorded sequences with one deliberate error of the model after the other. */
export async function mutationTable(
  version: NatsProfile['version'],
  runs: readonly RecordedRun[],
): Promise<readonly MutationRow[]> {
  const rows: MutationRow[] = [];
  for (const mutation of names) rows.push(await find(version, runs, mutation));
  return rows;
}

async function find(
  version: NatsProfile['version'],
  runs: readonly RecordedRun[],
  mutation: MutationName,
): Promise<MutationRow> {
  const what = mutationCatalogue[mutation];
  let operations = 0;
  for (const { id, plan, observations } of runs) {
    const model = await runOnModel(plan, version, mutation);
    const place = observations.findIndex((line, index) => line !== model.observations[index]);
    if (place >= 0) return { mutation, what, sequence: id, operations: operations + place };
    operations += plan.steps.length;
  }
  return { mutation, what, sequence: undefined, operations };
}

export function markdownTable(rows: readonly MutationRow[]): string {
  const lines = rows.map(
    ({ mutation, what, sequence, operations }) =>
      `| \`${mutation}\` | ${what} | ${sequence ?? '**not found**'} | ${operations} |`,
  );
  return [
    '| mutation | deliberate error | found by | operations |',
    '| --- | --- | --- | ---: |',
    ...lines,
  ].join('\n');
}
