import type { WideConsistency, WideOutcome } from '../../../../system/ports/cql-wide.ts';

/** A register's or a claim chain's operation. Values are numbers that no other operation writes. */
export type FaultOperation =
  | { readonly kind: 'put'; readonly key: string; readonly value: number; readonly stampUs: number }
  | { readonly kind: 'remove'; readonly key: string; readonly stampUs: number }
  | { readonly kind: 'read'; readonly key: string }
  /** Light-weight transaction from the value that the client believes in; undefined: `IF NOT EXISTS`. */
  | {
      readonly kind: 'claim';
      readonly key: string;
      readonly value: number;
      readonly expected: number | undefined;
    }
  | { readonly kind: 'serial-read'; readonly key: string };

/** One operation with all that judging it needs. */
export interface HistoryEntry {
  readonly operation: FaultOperation;
  readonly consistency: WideConsistency;
  readonly coordinator: number;
  /** What was broken while it ran, and whether its coordinator was. */
  readonly fault: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly outcome: WideOutcome;
}

/** What all nodes hold at the end, by key: one value a node, undefined where there is no row. */
export type FinalContents = ReadonlyMap<string, readonly (number | undefined)[]>;

export interface FaultHistory {
  readonly entries: readonly HistoryEntry[];
  readonly finals: FinalContents;
}

/** The value of `a` in a result of one row at most. */
export function valueIn(outcome: WideOutcome): number | undefined {
  if (outcome.kind !== 'rows' && outcome.kind !== 'conditional') return undefined;
  const value = outcome.rows[0]?.['a'];
  return typeof value === 'number' ? value : undefined;
}
