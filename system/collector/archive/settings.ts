import type { CqlRow } from '../../ports/cql.ts';

/** Where charts lie: one partition for each month. */
export interface ChartPlace {
  readonly unit: string;
  readonly recipe: string;
}

/** What the job may remember of the rows it has copied from one partition. */
export interface CopiedRows {
  /** True where the row needs no copy. */
  covers(row: CqlRow): boolean;
  add(row: CqlRow): void;
}

export interface ArchivePolicies {
  /** What is remembered of one partition, which the text names. */
  readonly rememberCopied: (partition: string) => CopiedRows;
}

export interface ArchiveSettings {
  /** All that produce charts. What is not listed is not archived. */
  readonly places: readonly ChartPlace[];
  /** TTL of U-charts (delivery R205). */
  readonly retentionSeconds: number;
  /** So long before they expire charts are copied; many passes fit into it. */
  readonly leadSeconds: number;
  readonly passMs: number;
  readonly timeoutMs: number;
  readonly policies: ArchivePolicies;
}

/** Remembers every row with its judgement: one that comes late, or is judged again, is copied again. */
export class EveryRow implements CopiedRows {
  readonly #judgements = new Map<string, unknown>();

  covers(row: CqlRow): boolean {
    const name = nameOf(row);
    return this.#judgements.has(name) && this.#judgements.get(name) === row['judgement'];
  }

  add(row: CqlRow): void {
    this.#judgements.set(nameOf(row), row['judgement']);
  }
}

function nameOf(row: CqlRow): string {
  return `${String(row['end_us'])}/${String(row['context_sequence'])}`;
}

export const defaultArchivePolicies: ArchivePolicies = { rememberCopied: () => new EveryRow() };

const daySeconds = 86_400;

export function defaultArchiveSettings(places: readonly ChartPlace[]): ArchiveSettings {
  return {
    places,
    retentionSeconds: 365 * daySeconds,
    leadSeconds: 30 * daySeconds,
    passMs: 6 * 3_600_000,
    timeoutMs: 12_000,
    policies: defaultArchivePolicies,
  };
}
