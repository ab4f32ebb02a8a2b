import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PortError } from '../../../../system/ports/errors.ts';
import type { MetricsQueries, MetricsQuery } from '../../../../system/ports/metrics-query.ts';
import { EvidenceReader } from '../../../../system/routing/rollout/evidence.ts';

const windowMs = 600_000;

function readerOf(answer: (query: MetricsQuery) => number | undefined): EvidenceReader {
  const queries: MetricsQueries = { evaluate: (query) => Promise.resolve(answer(query)) };
  return new EvidenceReader(queries, 30_000);
}

function byCode(counts: Readonly<Record<string, number>>, all: number) {
  return (query: MetricsQuery): number | undefined => {
    if (query.kind !== 'increase') return 0.2;
    const code = query.labels['code'];
    return code === undefined ? all : counts[code];
  };
}

describe('evidence', () => {
  test("the client's own faults are neither requests nor errors; all else but OK is an error", async () => {
    const reader = readerOf(byCode({ OK: 900, INVALID_ARGUMENT: 50, CANCELLED: 10 }, 1000));
    const evidence = await reader.read('green', windowMs, [], 'approved');
    expect(evidence.requests).toBe(Math.round(940 * 0.95));
    expect(evidence.errorRate).toBeCloseTo(40 / 940);
    expect(evidence.p95Ms).toBeCloseTo(200);
  });

  test('an empty answer, NaN or no answer is unknown, never zero', async () => {
    for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(await readerOf(() => value).read('green', windowMs, ['T1'], 'approved')).toEqual({
        requests: undefined,
        errorRate: undefined,
        p95Ms: undefined,
        contexts: undefined,
        toolsWithoutContext: ['T1'],
        approval: 'approved',
      });
    }
    const down: MetricsQueries = { evaluate: () => Promise.reject(new PortError('down', 'timeout')) };
    expect((await new EvidenceReader(down, 30_000).read('green', windowMs, [], 'approved')).requests).toBe(
      undefined,
    );
  });

  test('no success series is no error rate', async () => {
    const evidence = await readerOf(byCode({}, 500)).read('green', windowMs, [], 'approved');
    expect(evidence.errorRate).toBeUndefined();
  });

  test('an extrapolated increase never counts as more than there was', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 5000 }),
        fc.integer({ min: 60_000, max: 5_400_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (real, anyWindowMs, part) => {
          const extrapolated = real * (1 + (part * 30_000) / (anyWindowMs - 30_000));
          const evidence = await readerOf(() => extrapolated).read('green', anyWindowMs, [], 'approved');
          expect(evidence.contexts).toBeLessThanOrEqual(real);
          expect(evidence.contexts).toBeGreaterThanOrEqual(Math.floor(real * 0.5));
        },
      ),
    );
  });

  test('a leader and enough coverage, or the name of what is missing', async () => {
    const assigned = (leaders: number | undefined, coverage: number | undefined) =>
      readerOf((query) => (query.name === 'tfdc_defender_leader' ? leaders : coverage)).lacksAssignment(
        'green',
        0.99,
      );
    expect(await assigned(1, 0.99)).toBeUndefined();
    expect(await assigned(1, 0.98)).toContain('coverage');
    expect(await assigned(2, 1.5)).toContain('coverage');
    expect(await assigned(0, 1)).toContain('no leader');
    expect(await assigned(undefined, 1)).toContain('no leader');
    expect(await assigned(1, undefined)).toContain('unknown');
  });
});
