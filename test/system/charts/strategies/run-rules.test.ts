import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { RandomStream } from '../../../../sim/kernel/index.ts';
import {
  isBroken,
  nelsonRules,
  ruleScore,
  westernElectricRules,
} from '../../../../system/charts/strategies/run-rules.ts';
import type { RunRule } from '../../../../system/charts/strategies/run-rules.ts';

function broken(rules: readonly RunRule[], scores: readonly number[]): number[] {
  const sequence = Float64Array.from(scores);
  return rules.flatMap((rule, index) => (isBroken(rule, sequence, sequence.length) ? [index + 1] : []));
}

const calm = [0.2, -0.4, 0.6, -0.3, -0.7, 0.5, 0.1, -0.2];

describe("Nelson's tests, each by a pattern of its own", () => {
  it.each([
    [[1], 'one beyond three sigmas', [...calm, 3.1]],
    [[], 'one at three sigmas', [...calm, 3]],
    [[2], 'nine in a row on one side', [-1, 0.3, 0.2, 0.9, 0.1, 0.8, 1.4, 0.2, 0.3, 0.2]],
    [[], 'eight in a row on one side', [0.2, -1, 0.3, 0.2, 0.9, 0.1, 0.8, 1.4, 0.2, 0.3]],
    [[3], 'six rising', [0.5, -1.4, -0.9, -0.3, 0.2, 0.7, 1.2]],
    [[], 'five rising', [0.5, 0.9, -0.9, -0.3, 0.2, 0.7, 1.2]],
    [[3], 'six falling', [1.6, 1.2, 0.9, 0.3, -0.2, -0.8]],
    [
      [4],
      'fourteen up and down',
      [0.1, 0.9, -0.2, 1.1, -0.4, 0.3, -1.2, 0.8, -0.5, 0.4, -0.3, 1.3, 0.2, 0.6],
    ],
    [[], 'thirteen up and down', [0.9, -0.2, 1.1, -0.4, 0.3, -1.2, 0.8, -0.5, 0.4, -0.3, 1.3, 0.2, 0.6]],
    [[5], 'two of three beyond two sigmas on one side', [...calm, 2.1, -0.3, 2.4]],
    [[], 'two of three beyond two sigmas on both sides', [...calm, -2.1, 0.3, 2.4]],
    [[], 'two of three, but not the newest', [...calm, 2.1, 2.4, 0.3]],
    [[6], 'four of five beyond one sigma on one side', [...calm, -1.2, -1.3, 0.4, -1.1, -1.6]],
    [
      [7],
      'fifteen within one sigma',
      [0.1, 0.2, -0.4, 0.3, 0.2, -0.7, -0.1, -0.5, 0.2, 0.9, 0.4, -0.3, -0.2, 0.5, 0.1],
    ],
    [[8], 'eight beyond one sigma on both sides', [1.2, -1.3, -1.1, 1.6, 1.4, -1.2, 1.8, -1.4]],
  ])('breaks %j: %s', (expected, _what, scores) => {
    expect(broken(nelsonRules, scores)).toEqual(expected);
  });
});

test('Western Electric: eight in a row suffice, trends do not count', () => {
  expect(broken(westernElectricRules, [-1, 0.3, 0.2, 0.9, 0.1, 0.8, 0.4, 0.2, 0.3])).toEqual([4]);
  expect(broken(westernElectricRules, [0.5, -1.4, -0.9, -0.3, 0.2, 0.7, 0.9])).toEqual([]);
  expect(broken(westernElectricRules, [...calm, 2.1, -0.3, 2.4])).toEqual([2]);
});

/** Montgomery and Runger, Applied Statistics, Table 16-3: centre 99.1, mean moving range 2.59, all within limits. */
test('the concentrations of Montgomery and Runger are in control by every rule of Western Electric', () => {
  const concentration = [
    102, 94.8, 98.3, 98.4, 102, 98.5, 99, 97.7, 100, 98.1, 101.3, 98.7, 101.1, 98.4, 97, 96.7, 100.3, 101.4,
    97.2, 101,
  ];
  const mean = concentration.reduce((sum, value) => sum + value, 0) / concentration.length;
  const ranges = concentration.slice(1).map((value, i) => Math.abs(value - (concentration[i] ?? 0)));
  const sigma = ranges.reduce((sum, range) => sum + range, 0) / ranges.length / 1.128;
  expect([mean + 3 * sigma, mean - 3 * sigma].map((limit) => limit.toFixed(1))).toEqual(['106.0', '92.2']);
  for (let end = 1; end <= concentration.length; end++) {
    const scores = concentration.slice(0, end).map((value) => (value - mean) / sigma);
    expect(broken(westernElectricRules, scores)).toEqual([]);
  }
});

test('Montgomery, Table 9.1: no single point tells of the shift at 21, eight in a row do at 30, nine do not come', () => {
  const values = [
    9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.2, 10.34, 9.03, 11.47, 10.51, 9.4, 10.08, 9.37,
    10.62, 10.31, 8.52, 10.84, 10.9, 9.33, 12.29, 11.5, 10.6, 11.08, 10.38, 11.62, 11.31, 10.52,
  ];
  const firstOf = (rules: readonly RunRule[]) =>
    values.findIndex(
      (_value, i) =>
        broken(
          rules,
          values.slice(0, i + 1).map((value) => value - 10),
        ).length > 0,
    ) + 1;
  expect(firstOf(westernElectricRules.slice(0, 1))).toBe(0);
  expect(firstOf(westernElectricRules)).toBe(30);
  expect(firstOf(nelsonRules)).toBe(0);
});

test('a score exceeds three exactly where the rule is broken', () => {
  const sequences = fc.array(
    fc.oneof(fc.double({ min: -4, max: 4, noNaN: true }), fc.integer({ min: -3, max: 3 })),
    { minLength: 1, maxLength: 25 },
  );
  fc.assert(
    fc.property(sequences, fc.constantFrom(...nelsonRules, ...westernElectricRules), (scores, rule) => {
      const sequence = Float64Array.from(scores);
      const score = ruleScore(rule, sequence, sequence.length);
      // The tail is a fit: within a millionth of the edge either may be right.
      if (Math.abs(score - 3) > 1e-6) expect(score > 3).toBe(isBroken(rule, sequence, sequence.length));
    }),
    { numRuns: 2_000 },
  );
});

test('rules do not change with the sign of the scores', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 20 }),
      (scores) => {
        expect(broken(nelsonRules, scores)).toEqual(
          broken(
            nelsonRules,
            scores.map((score) => -score),
          ),
        );
      },
    ),
  );
});

/** C. W. Champ and W. H. Woodall (1987): rules 1–4 on one normal chart alarm every 91.75 observations, rule 1 every 370.4. */
test('run lengths of normal scores are those that Champ and Woodall computed', () => {
  const random = new RandomStream(1n, 'run-length', 0);
  const meanRun = (rules: readonly RunRule[], runs: number): number => {
    let total = 0;
    for (let run = 0; run < runs; run++) {
      const recent = new Float64Array(16);
      for (let count = 1; ; count++) {
        recent.copyWithin(0, 1);
        recent[15] = random.normal();
        total++;
        const known = Math.min(16, count);
        if (rules.some((rule) => isBroken(rule, recent.subarray(16 - known), known))) break;
      }
    }
    return total / runs;
  };
  expect(meanRun(westernElectricRules, 2_000)).toBeGreaterThan(86);
  expect(meanRun(westernElectricRules, 2_000)).toBeLessThan(98);
  expect(meanRun(westernElectricRules.slice(0, 1), 1_000)).toBeGreaterThan(340);
  expect(meanRun(westernElectricRules.slice(0, 1), 1_000)).toBeLessThan(400);
});
