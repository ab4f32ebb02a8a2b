import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decideGate,
  defaultGateSettings,
  failureOf,
  requirementOf,
  type GateEvidence,
} from '../../../../system/routing/rollout/gates.ts';

const enough: GateEvidence = {
  requests: 1000,
  errorRate: 0,
  p95Ms: 100,
  contexts: 100,
  toolsWithoutContext: [],
  approval: 'approved',
};

function decide(evidence: Partial<GateEvidence>, elapsedMs = 900_000, stage = 1): string {
  return decideGate({
    evidence: { ...enough, ...evidence },
    requirement: requirementOf(stage, stage === 0 ? 5 : 75, defaultGateSettings),
    elapsedMs,
    durationMs: 900_000,
    settings: defaultGateSettings,
  }).decision;
}

describe('decideGate', () => {
  test.each([
    [0.0099, 'pass'],
    [0.01, 'warn'],
    [0.05, 'warn'],
    [0.0501, 'fail'],
  ])('error rate %d: %s (C18)', (errorRate, decision) => {
    expect(decide({ errorRate })).toBe(decision);
  });

  test.each([
    [499.9, 'pass'],
    [500, 'warn'],
    [1000, 'warn'],
    [1000.1, 'fail'],
  ])('p95 %d ms: %s (C18)', (p95Ms, decision) => {
    expect(decide({ p95Ms })).toBe(decision);
  });

  test.each([
    [{ requests: 299.9 }],
    [{ requests: undefined }],
    [{ contexts: 19.9 }],
    [{ contexts: undefined }],
    [{ errorRate: undefined }],
    [{ p95Ms: undefined }],
    [{ approval: 'pending' as const }],
    [{ approval: 'unknown' as const }],
  ])('without %o it is extended, and inconclusive after three lengths', (evidence) => {
    expect(decide(evidence)).toBe('extend');
    expect(decide(evidence, 2_699_999)).toBe('extend');
    expect(decide(evidence, 2_700_000)).toBe('inconclusive');
  });

  test('the limits of evidence themselves are enough', () => {
    expect(decide({ requests: 300, contexts: 20 })).toBe('pass');
  });

  test('a first stage of five tools needs 30 requests and a context of each', () => {
    expect(decide({ requests: 30, contexts: 5 }, 900_000, 0)).toBe('pass');
    expect(decide({ requests: 29 }, 900_000, 0)).toBe('extend');
    expect(decide({ requests: 30, contexts: 4 }, 900_000, 0)).toBe('extend');
    expect(decide({ toolsWithoutContext: ['T1'] }, 900_000, 0)).toBe('extend');
    expect(requirementOf(0, 6, defaultGateSettings)).toBe(defaultGateSettings.requirement);
  });

  test('a rejection fails at once, whatever the numbers', () => {
    expect(decide({ approval: 'rejected', requests: undefined })).toBe('fail');
  });

  test('a failure is believed from 30 requests on', () => {
    expect(failureOf({ ...enough, errorRate: 1, requests: 29 }, defaultGateSettings)).toBeUndefined();
    expect(failureOf({ ...enough, errorRate: 1, requests: 30 }, defaultGateSettings)).toBeDefined();
  });

  test('it never passes without evidence, approval and success', () => {
    const maybe = (values: fc.Arbitrary<number>) => fc.option(values, { nil: undefined });
    fc.assert(
      fc.property(
        maybe(fc.double({ min: 0, max: 1000, noNaN: true })),
        maybe(fc.double({ min: 0, max: 0.2, noNaN: true })),
        maybe(fc.double({ min: 0, max: 2000, noNaN: true })),
        maybe(fc.double({ min: 0, max: 60, noNaN: true })),
        fc.constantFrom('approved', 'rejected', 'pending', 'unknown'),
        fc.integer({ min: 0, max: 4_000_000 }),
        (requests, errorRate, p95Ms, contexts, approval, elapsedMs) => {
          const good =
            (requests ?? 0) >= 300 &&
            (errorRate ?? 1) < 0.01 &&
            (p95Ms ?? 1000) < 500 &&
            (contexts ?? 0) >= 20 &&
            approval === 'approved';
          const evidence = { ...enough, requests, errorRate, p95Ms, contexts, approval };
          expect(decide(evidence, elapsedMs) === 'pass').toBe(good);
        },
      ),
      { numRuns: 500 },
    );
  });
});
