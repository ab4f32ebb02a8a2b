import { PortError } from '../../../ports/errors.ts';
import type { CqlSession } from '../../../ports/cql.ts';
import { ShadowSession } from '../mirror/isolation.ts';
import { operationName, type Operation } from './operation.ts';

export interface IdempotencyPolicies {
  keyOf(operation: Operation, nowMs: number): string;
  /** Whether a later write with another payload is refused (delivery R164: first_write). */
  readonly firstWriteWins: boolean;
  /** Whether what the shadow store is owed is written down before the client is answered. */
  readonly keepsDebts: boolean;
  shadowSession(session: CqlSession): CqlSession;
  /** Whether a row of main and one of the shadow are alike. */
  isAlike(main: string, shadow: string): boolean;
}

export const correctIdempotencyPolicies: IdempotencyPolicies = {
  keyOf: operationName,
  firstWriteWins: true,
  keepsDebts: true,
  shadowSession: (session) => new ShadowSession(session),
  isAlike: (main, shadow) => main === shadow,
};

export interface IdempotencySettings {
  readonly port: number;
  /** All clients there are: partitions that the sweep and the consistency check go through. */
  readonly clients: readonly string[];
  readonly timeoutMs: number;
  /** The shadow store is written this long after main (delivery R163). */
  readonly writeBehindMs: number;
  /** How often debts of processes that died are looked for. */
  readonly sweepMs: number;
  readonly checkMs: number;
  /** Rows younger than this are not compared: the shadow may still be owed them. */
  readonly checkGraceMs: number;
  readonly policies: IdempotencyPolicies;
}

export function defaultIdempotencySettings(clients: readonly string[]): IdempotencySettings {
  return {
    port: 9000,
    clients,
    timeoutMs: 2000,
    writeBehindMs: 5000,
    sweepMs: 20_000,
    checkMs: 60_000,
    checkGraceMs: 60_000,
    policies: correctIdempotencyPolicies,
  };
}

/** Runs something at intervals for ever; what a store refuses is left for the next time. */
export async function unlessStoreFails(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
  }
}
