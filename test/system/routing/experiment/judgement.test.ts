import { describe, expect, test } from 'vitest';
import { defaultExperimentSettings } from '../../../../system/routing/experiment/defaults.ts';
import {
  countedMeasurement,
  judgeExperiment,
  measureExperiment,
  noExperimentCounts,
  type SideEvidence,
} from '../../../../system/routing/experiment/judgement.ts';

const settings = defaultExperimentSettings;
const good: SideEvidence = { requests: 400, errorRate: 0.001, p95Ms: 100, contexts: 8 };

describe('a measurement looks at the candidate beside the baseline', () => {
  test.each([
    ['successful', {}, {}],
    ['inconclusive', { errorRate: 0.03 }, {}],
    ['failed', { errorRate: 0.06 }, {}],
    ['failed', { p95Ms: 1001 }, {}],
    // Both are bad: that is the fab, not the candidate.
    ['inconclusive', { errorRate: 0.06 }, { p95Ms: 2000 }],
    ['successful', {}, { errorRate: 0.5 }],
    ['too-few', { requests: 29, errorRate: 1 }, {}],
    ['too-few', { errorRate: 1 }, { requests: 0 }],
    ['error', { requests: undefined }, {}],
    ['error', {}, { p95Ms: undefined }],
    ['inconclusive', { p95Ms: Number.NaN }, {}],
  ] as const)('%s: candidate %o, baseline %o', (expected, candidate, baseline) => {
    expect(measureExperiment({ ...good, ...baseline }, { ...good, ...candidate }, settings)).toBe(expected);
  });

  test('errors count in a row, the others for good', () => {
    const counts = (
      ['error', 'failed', 'error', 'error', 'too-few', 'error', 'successful', 'error'] as const
    ).reduce(countedMeasurement, noExperimentCounts);
    expect(counts).toEqual({ successful: 1, failed: 1, inconclusive: 0, consecutiveErrors: 1 });
  });
});

describe('the verdict', () => {
  const judge = (
    counts: Partial<typeof noExperimentCounts>,
    isOver = false,
    whole: readonly SideEvidence[] = [good, good],
  ): string | undefined =>
    judgeExperiment({ ...noExperimentCounts, ...counts }, settings, isOver, whole)?.phase;

  test('comes with the second failure, whatever else there is', () => {
    expect(judge({ failed: 1 })).toBeUndefined();
    expect(judge({ failed: 2, inconclusive: 99, consecutiveErrors: 99 })).toBe('Failed');
    expect(judge({ inconclusive: 5 })).toBe('Inconclusive');
    expect(judge({ consecutiveErrors: 10 })).toBe('Inconclusive');
  });

  test('is successful at the end only, with evidence of both sides', () => {
    expect(judge({ successful: 9 })).toBeUndefined();
    expect(judge({ successful: 9 }, true)).toBe('Successful');
    expect(judge({ successful: 9 }, true, [good, { ...good, contexts: 4 }])).toBe('Inconclusive');
    expect(judge({ successful: 9 }, true, [{ ...good, requests: undefined }, good])).toBe('Inconclusive');
    expect(judge({}, true)).toBe('Inconclusive');
    expect(judge({ failed: 1, successful: 9 }, true)).toBe('Successful');
  });
});
