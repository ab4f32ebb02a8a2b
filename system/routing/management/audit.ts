import { z } from 'zod';

/** One thing that somebody did, or wanted to do. */
export const auditEntrySchema = z.object({
  /** Counts all entries from 1; a gap at the beginning of an answer shows that older ones were dropped. */
  sequence: z.int().min(1),
  /** RFC 3339, by Management's clock as it was. */
  at: z.string(),
  who: z.string(),
  action: z.string(),
  requestId: z.string(),
  /** The first twenty; `toolCount` has how many there were. */
  tools: z.array(z.string()),
  toolCount: z.int().min(0),
  outcome: z.enum(['done', 'repeated', 'refused', 'quarantined', 'not-durable', 'denied']),
  detail: z.string(),
  /** Of the list after it. */
  revision: z.int(),
});

export type AuditEntry = Readonly<z.infer<typeof auditEntrySchema>>;

/** What is written down of an act, apart from its number. */
export type Audited = Omit<AuditEntry, 'sequence' | 'tools' | 'toolCount'> & {
  readonly tools: readonly string[];
};

export const rememberedEntries = 500;
const namedTools = 20;

/**
 * The audit log: what changed the state is stored in the same write as the change, so that neither is ever without the
 * other. What changed nothing (a refusal, a denial) is in memory until the next change is written, and lost where the
 * process dies before: a refusal must not cost a write, or a stranger could wear out the store.
 */
export class AuditLog {
  #unwritten: AuditEntry[] = [];
  #last: number;

  constructor(stored: readonly AuditEntry[]) {
    this.#last = stored.at(-1)?.sequence ?? 0;
  }

  /** Numbers an act that is about to be written with its change. */
  draft(act: Audited): AuditEntry {
    this.#last += 1;
    return {
      ...act,
      sequence: this.#last,
      tools: act.tools.slice(0, namedTools),
      toolCount: act.tools.length,
    };
  }

  /** Writes down what changed nothing. */
  note(act: Audited): void {
    this.#unwritten = [...this.#unwritten, this.draft(act)].slice(-rememberedEntries);
  }

  /** The stored entries, those in memory, and this one, oldest first. */
  merged(stored: readonly AuditEntry[], ...drafted: readonly AuditEntry[]): AuditEntry[] {
    const known = new Set(stored.map(({ sequence }) => sequence));
    this.#unwritten = this.#unwritten.filter(({ sequence }) => !known.has(sequence));
    return [...stored, ...this.#unwritten, ...drafted].toSorted(bySequence).slice(-rememberedEntries);
  }
}

function bySequence(one: AuditEntry, two: AuditEntry): number {
  return one.sequence - two.sequence;
}
