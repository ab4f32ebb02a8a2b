import type { OutcomeSpec } from './observation.ts';
import type { Sequence } from './step.ts';

/**
 * Where real answers and the model's are known to differ: a short sequence whose last answers are these. A run in which
 * one of them comes out otherwise fails, so that an entry goes when its reason has gone.
 */
export interface KnownDifference {
  readonly why: string;
  readonly nodeCount: number;
  readonly steps: Sequence;
  readonly real: OutcomeSpec;
  readonly model: OutcomeSpec;
}

export const knownDifferences: readonly KnownDifference[] = [
  {
    why: 'cassandra-driver 4.10.0 sends ONE for a single statement at ANY, whose number is 0; the model refuses reads at ANY as the server does',
    nodeCount: 1,
    steps: [
      {
        waitMs: 0,
        client: 0,
        coordinator: 0,
        consistency: 'ANY',
        serialConsistency: 'SERIAL',
        stamp: 'client',
        statement: { kind: 'select', table: 'single', values: { k: 'p' } },
      },
    ],
    real: { kind: 'rows', rows: [] },
    model: { kind: 'failed', failure: { kind: 'invalid' } },
  },
];
