import type { WideOutcome } from '../../../../system/ports/cql-wide.ts';
import { valueIn, type FaultHistory, type HistoryEntry } from './history.ts';

/** Whether an attempt took effect, as far as its answer tells (cassandra-and-live §1.11). */
export type Effect = 'applied' | 'not-applied' | 'maybe';

export function effectOf(outcome: WideOutcome, conditional: boolean): Effect {
  switch (outcome.kind) {
    case 'rows':
    case 'written':
      return 'applied';
    case 'conditional':
      return outcome.applied ? 'applied' : 'not-applied';
    case 'failed': {
      const { failure } = outcome;
      switch (failure.kind) {
        case 'unavailable':
          // A claim can be refused at its commit, when a majority has accepted it (49).
          return conditional && failure.consistency !== 'SERIAL' && failure.consistency !== 'LOCAL_SERIAL'
            ? 'maybe'
            : 'not-applied';
        case 'overloaded':
          return conditional ? 'maybe' : 'not-applied';
        case 'invalid':
        case 'not-connected':
        case 'bootstrapping':
          return 'not-applied';
        case 'write-timeout':
        case 'write-failure':
        case 'read-timeout':
        case 'read-failure':
        case 'client-timeout':
        case 'disconnected':
          return 'maybe';
      }
    }
  }
}

/** Everything in a history that no faultless order and no excuse of §1.11 explains; empty where all is allowed. */
export function judge({ entries, finals }: FaultHistory): readonly string[] {
  const violations: string[] = [];
  for (const [key, values] of finals) {
    const own = entries.filter(({ operation }) => operation.key === key);
    if (new Set(values).size > 1) {
      violations.push(`${key}: after repair the nodes hold ${values.map(String).join(', ')}`);
    }
    const [final] = values;
    violations.push(
      ...(own.some(({ operation }) => operation.kind === 'claim')
        ? judgeClaims(key, own, final)
        : judgeRegister(key, own, final)),
    );
  }
  return violations;
}

interface Write {
  /** Undefined for a removal. */
  readonly value: number | undefined;
  readonly stampUs: number;
  readonly entry: HistoryEntry;
  readonly effect: Effect;
}

/** Last write wins: reads by quorum see what was acknowledged before them or something newer, and never go back. */
function judgeRegister(key: string, entries: readonly HistoryEntry[], final: number | undefined): string[] {
  const violations: string[] = [];
  const writes = entries.flatMap((entry): Write[] => {
    const { operation } = entry;
    if (operation.kind !== 'put' && operation.kind !== 'remove') return [];
    const value = operation.kind === 'put' ? operation.value : undefined;
    return [{ value, stampUs: operation.stampUs, entry, effect: effectOf(entry.outcome, false) }];
  });
  const seen: { readonly endUs: number; readonly stampUs: number }[] = [];
  const check = (
    what: string,
    value: number | undefined,
    startUs: number,
    endUs: number,
    strong: boolean,
  ): void => {
    const known = strong
      ? [
          ...writes
            .filter(({ effect, entry }) => effect === 'applied' && entry.endUs < startUs)
            .map(({ stampUs }) => stampUs),
          ...seen.filter((each) => each.endUs < startUs).map(({ stampUs }) => stampUs),
        ]
      : [];
    const least = Math.max(-Infinity, ...known);
    const sources = writes.filter(
      (write) => write.value === value && write.effect !== 'not-applied' && write.entry.startUs < endUs,
    );
    const fitting = sources.filter(({ stampUs }) => stampUs >= least);
    const neverWritten = value === undefined && least === -Infinity;
    if (fitting.length === 0 && !neverWritten) {
      violations.push(
        `${key}: ${what} saw ${value ?? 'nothing'}, ${
          sources.length === 0
            ? 'which nobody can have written'
            : `older than what was known by then (${least})`
        }`,
      );
    } else if (strong && value !== undefined) {
      seen.push({ endUs, stampUs: Math.max(...fitting.map(({ stampUs }) => stampUs)) });
    }
  };
  for (const entry of entries) {
    if (entry.operation.kind !== 'read' || entry.outcome.kind !== 'rows') continue;
    const { consistency, startUs, endUs, outcome } = entry;
    check(`a read at ${consistency}`, valueIn(outcome), startUs, endUs, consistency !== 'ONE');
  }
  check('the end', final, Infinity, Infinity, true);
  return violations;
}

/** Claims form one chain: each applied one stands on the value it expected, and no two on the same. */
function judgeClaims(key: string, entries: readonly HistoryEntry[], final: number | undefined): string[] {
  const violations: string[] = [];
  const claims = new Map<number, HistoryEntry>();
  for (const entry of entries) {
    if (entry.operation.kind === 'claim') claims.set(entry.operation.value, entry);
  }
  const chain: HistoryEntry[] = [];
  const values = new Set<number>();
  for (let value = final; value !== undefined;) {
    const entry = claims.get(value);
    if (entry === undefined || entry.operation.kind !== 'claim' || values.has(value)) {
      violations.push(`${key}: the value ${value} belongs to no claim`);
      break;
    }
    if (effectOf(entry.outcome, true) === 'not-applied') {
      violations.push(`${key}: the claim of ${value} was refused and stands all the same`);
    }
    values.add(value);
    chain.unshift(entry);
    value = entry.operation.expected;
  }
  for (const [value, entry] of claims) {
    if (effectOf(entry.outcome, true) === 'applied' && !values.has(value)) {
      violations.push(
        `${key}: the claim of ${value} was applied and is not in the chain that ends with ${final ?? 'nothing'}`,
      );
    }
  }
  for (const [index, later] of chain.entries()) {
    const earlier = chain[index - 1];
    if (earlier !== undefined && later.endUs < earlier.startUs) {
      violations.push(`${key}: a claim stands on one that began after its own end`);
    }
  }
  const applied = (entry: HistoryEntry): boolean => effectOf(entry.outcome, true) === 'applied';
  for (const entry of entries) {
    const { operation, outcome, startUs, endUs } = entry;
    const shows =
      (operation.kind === 'serial-read' && outcome.kind === 'rows') ||
      (operation.kind === 'claim' && outcome.kind === 'conditional' && !outcome.applied);
    if (!shows) continue;
    const value = valueIn(outcome);
    if (value !== undefined && !values.has(value)) {
      violations.push(`${key}: ${operation.kind} saw ${value}, which is not in the chain`);
      continue;
    }
    const position = chain.findIndex(({ operation: each }) => each.kind === 'claim' && each.value === value);
    const missed = chain.slice(position + 1).find((each) => applied(each) && each.endUs < startUs);
    if (missed !== undefined)
      violations.push(`${key}: ${operation.kind} saw ${value ?? 'nothing'}, which was past`);
    const own = chain[position];
    if (own !== undefined && own.startUs > endUs) violations.push(`${key}: ${operation.kind} saw the future`);
  }
  return violations;
}
