import { isWildcard, subjectMatches, type SubjectTable } from './subjects.ts';

/** What a consumer, a purge or a watch is about: some subjects, patterns, or all. Looked up by number. */
export class SubjectFilter {
  readonly subjects: readonly string[];
  /** Subjects without wildcards, by number. */
  readonly literals: readonly number[];
  readonly wildcards: readonly string[];
  /** No filter: the whole stream. */
  readonly all: boolean;
  readonly #table: SubjectTable;
  /** By subject number; only for patterns. */
  readonly #known: Map<number, boolean> | undefined;

  /** `literally`: wildcards stand for themselves. */
  constructor(subjects: readonly string[], table: SubjectTable, literally = false) {
    this.subjects = subjects;
    this.#table = table;
    const isPattern = (subject: string): boolean => !literally && isWildcard(subject);
    this.literals = subjects.filter((subject) => !isPattern(subject)).map((subject) => table.number(subject));
    this.wildcards = subjects.filter(isPattern);
    this.all = subjects.length === 0 || this.wildcards.includes('>');
    this.#known = this.wildcards.length > 0 && !this.all ? new Map() : undefined;
  }

  matches(subject: number): boolean {
    if (this.all || this.literals.includes(subject)) return true;
    if (this.#known === undefined) return false;
    let known = this.#known.get(subject);
    if (known === undefined) {
      const name = this.#table.name(subject);
      known = this.wildcards.some((filter) => subjectMatches(filter, name));
      this.#known.set(subject, known);
    }
    return known;
  }
}
