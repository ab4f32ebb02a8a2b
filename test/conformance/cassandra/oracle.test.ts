import { describe, expect, test } from 'vitest';
import type { WideConsistency, WideOutcome } from '../../../system/ports/cql-wide.ts';
import type { FaultOperation, HistoryEntry } from './faults/history.ts';
import { judge } from './faults/oracle.ts';

const written: WideOutcome = { kind: 'written' };
const lost: WideOutcome = { kind: 'failed', failure: { kind: 'client-timeout' } };
const refusedWrite: WideOutcome = {
  kind: 'failed',
  failure: { kind: 'unavailable', consistency: 'QUORUM', required: 2, alive: 1 },
};
const applied: WideOutcome = { kind: 'conditional', applied: true, rows: [] };

let clockUs = 0;

function entry(
  operation: FaultOperation,
  outcome: WideOutcome,
  consistency: WideConsistency = 'QUORUM',
): HistoryEntry {
  clockUs += 10;
  return {
    operation,
    consistency,
    coordinator: 0,
    fault: 'none',
    startUs: clockUs,
    endUs: clockUs + 5,
    outcome,
  };
}

function rows(a?: number): WideOutcome {
  return { kind: 'rows', rows: a === undefined ? [] : [{ k: 'k', a }] };
}

function refusedClaim(a: number): WideOutcome {
  return { kind: 'conditional', applied: false, rows: [{ a }] };
}

function put(value: number, outcome: WideOutcome, stampUs = value): HistoryEntry {
  return entry({ kind: 'put', key: 'k', value, stampUs }, outcome);
}

function claim(value: number, expected: number | undefined, outcome: WideOutcome): HistoryEntry {
  return entry({ kind: 'claim', key: 'k', value, expected }, outcome);
}

const read: FaultOperation = { kind: 'read', key: 'k' };
const serialRead: FaultOperation = { kind: 'serial-read', key: 'k' };

function verdict(
  entries: readonly HistoryEntry[],
  ...values: readonly (number | undefined)[]
): readonly string[] {
  return judge({ entries, finals: new Map([['k', values]]) });
}

describe('registers', () => {
  test('an unknown write may be there or not', () => {
    expect(verdict([put(1, written), put(2, lost)], 1)).toEqual([]);
    expect(verdict([put(1, written), put(2, lost)], 2)).toEqual([]);
  });

  test('an acknowledged write may not be gone', () => {
    expect(verdict([put(1, written), put(2, written)], 1)).not.toEqual([]);
    expect(verdict([put(1, written)], undefined)).not.toEqual([]);
  });

  test('a refused write may not be there', () => {
    expect(verdict([put(1, written), put(2, refusedWrite)], 2)).not.toEqual([]);
  });

  test('a newer timestamp wins, whatever the order', () => {
    expect(verdict([put(1, written, 50), put(2, written, 40)], 1)).toEqual([]);
    expect(verdict([put(1, written, 50), put(2, written, 40)], 2)).not.toEqual([]);
  });

  test('a read by quorum sees what was acknowledged, and what was once seen stays', () => {
    expect(verdict([put(1, written), entry(read, rows())], 1)).not.toEqual([]);
    expect(verdict([put(1, written), entry(read, rows(), 'ONE')], 1)).toEqual([]);
    const back = [put(1, written), put(2, lost), entry(read, rows(2)), entry(read, rows(1))];
    expect(verdict(back, 2)).not.toEqual([]);
  });

  test('replicas are equal after repair, and hold nothing that nobody wrote', () => {
    expect(verdict([put(1, lost)], 1, undefined)).not.toEqual([]);
    expect(verdict([put(1, written)], 9)).not.toEqual([]);
  });
});

describe('claims', () => {
  test('form a chain', () => {
    expect(verdict([claim(1, undefined, applied), claim(2, 1, applied)], 2)).toEqual([]);
    expect(verdict([claim(1, undefined, applied), claim(2, 1, lost)], 1)).toEqual([]);
    expect(verdict([claim(1, undefined, applied), claim(2, 1, lost)], 2)).toEqual([]);
  });

  test('two cannot be granted on one value', () => {
    const forked = [claim(1, undefined, applied), claim(2, 1, applied), claim(3, 1, applied)];
    expect(verdict(forked, 3)).not.toEqual([]);
  });

  test('an applied one is not lost, a refused one does not stand', () => {
    expect(verdict([claim(1, undefined, applied), claim(2, 1, applied)], 1)).not.toEqual([]);
    expect(verdict([claim(1, undefined, applied), claim(2, 1, refusedClaim(1))], 2)).not.toEqual([]);
  });

  test('a serial read shows what stands now', () => {
    const first = claim(1, undefined, applied);
    const second = claim(2, 1, applied);
    expect(verdict([first, second, entry(serialRead, rows(2))], 2)).toEqual([]);
    expect(verdict([first, second, entry(serialRead, rows(1))], 2)).not.toEqual([]);
    expect(verdict([first, entry(serialRead, rows(7))], 1)).not.toEqual([]);
  });
});
