import type { ExperimentSide } from '../../ports/experiment-side.ts';
import type { CqlTable } from '../../ports/cql.ts';
import { qualifiedTable } from '../../ports/tables.ts';
import type { Naming } from '../variants/versioned/naming.ts';

/** One experiment of one release; whatever its pods make carries both names. */
export interface ExperimentRun {
  /** Id of the release. */
  readonly run: string;
  readonly side: ExperimentSide;
}

/** How the pods of an experiment are kept from what is live; a planted bug may replace it. */
export interface ExperimentIsolation {
  readonly tableOf: (table: CqlTable, side: ExperimentSide) => CqlTable;
  readonly namingOf: (run: ExperimentRun) => Naming;
}

const ownTables: Readonly<Record<ExperimentSide, Map<CqlTable, CqlTable>>> = {
  baseline: new Map(),
  candidate: new Map(),
};

/** The table that a side has in place of a live one; the qualified charts are only read, and are those of the fab. */
export function experimentTable(table: CqlTable, side: ExperimentSide): CqlTable {
  if (table === qualifiedTable) return table;
  const known = ownTables[side].get(table);
  if (known !== undefined) return known;
  const own = { ...table, name: `experiment_${side}_${table.name}` };
  ownTables[side].set(table, own);
  return own;
}

/** `dc.>` → `experiment.<run>.<side>.dc.>`: no stream of the fab takes it. */
export function experimentNaming({ run, side }: ExperimentRun): Naming {
  const subjectPrefix = `experiment.${run}.${side}.`;
  const namePrefix = `experiment-${run}-${side}-`;
  return {
    name: (name) => `${namePrefix}${name}`,
    plainName: (name) => withoutPrefix(name, namePrefix),
    bucket: (name) => `${namePrefix}${name}`,
    subject: (subject) => `${subjectPrefix}${subject}`,
    plainSubject: (subject) => withoutPrefix(subject, subjectPrefix),
    subjects: (subjects) => subjects.map((subject) => `${subjectPrefix}${subject}`),
  };
}

/** Whether a name is one of an experiment. */
export function isExperimentName(name: string): boolean {
  return /^experiment[-._]/.test(name);
}

function withoutPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

export const experimentIsolation: ExperimentIsolation = {
  tableOf: experimentTable,
  namingOf: experimentNaming,
};
