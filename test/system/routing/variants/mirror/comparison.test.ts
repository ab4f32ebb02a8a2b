import { describe, expect, test } from 'vitest';
import {
  defaultComparisonSettings,
  ShadowComparison,
} from '../../../../../system/routing/variants/mirror/comparison.ts';

const hourMs = 3_600_000;
const good = (
  digest: number,
  durationMs: number,
): { digest: number; alarm: boolean; durationMs: number } => ({
  digest,
  alarm: false,
  durationMs,
});

describe('shadow comparison', () => {
  test('counts differences of answers, and errors as errors', () => {
    const comparison = new ShadowComparison(defaultComparisonSettings);
    comparison.add('t1', good(1, 40), good(1, 30), 0);
    comparison.add('t1', good(1, 40), good(2, 30), 0);
    comparison.add('t1', good(1, 40), { digest: undefined, alarm: false, durationMs: 30 }, 0);
    comparison.add('t1', good(1, 40), { ...good(1, 30), alarm: true }, 0);
    expect(comparison.view(0)).toEqual([
      {
        tool: 't1',
        messages: 4,
        differences: 2,
        live: { averageMs: 40, p95Ms: 40, errors: 0, alarms: 0 },
        shadow: { averageMs: 30, p95Ms: 30, errors: 1, alarms: 1 },
      },
    ]);
  });

  test('shows the last hour only, tools by name', () => {
    const comparison = new ShadowComparison(defaultComparisonSettings);
    comparison.add('t2', good(1, 1), good(2, 1), 0);
    comparison.add('t1', good(1, 1), good(2, 1), hourMs / 2);
    comparison.add('t2', good(1, 1), good(2, 1), hourMs / 2);
    expect(comparison.view(hourMs / 2).map(({ tool, messages }) => [tool, messages])).toEqual([
      ['t1', 1],
      ['t2', 2],
    ]);
    expect(comparison.view(hourMs * 1.2).map(({ messages }) => messages)).toEqual([1, 1]);
    expect(comparison.view(hourMs * 2)).toEqual([]);
  });

  test('p95 is the bound of the bucket that holds it', () => {
    const comparison = new ShadowComparison(defaultComparisonSettings);
    for (let index = 0; index < 100; index++) {
      comparison.add('t1', good(1, index < 94 ? 7 : 450), good(1, 7), 0);
    }
    const [row] = comparison.view(0);
    expect(row?.live.p95Ms).toBe(500);
    expect(row?.shadow.p95Ms).toBe(10);
  });
});
