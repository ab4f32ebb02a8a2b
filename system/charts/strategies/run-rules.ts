import { sigmasForTail, upperTail } from './normal.ts';

/**
 * A pattern in a sequence of standard scores that chance seldom makes. Each ends at the newest score, which takes part in it.
 *
 * - `beyond`: `count` of the last `of` scores further than `sigmas` from the centre, on one and the same side or on any.
 * - `run`: `length` scores in a row on one side of the centre.
 * - `trend`: `length` scores in a row, each larger (or each smaller) than the one before.
 * - `alternation`: `length` scores in a row that go up and down in turn.
 * - `hugging`: `length` scores in a row within `sigmas` of the centre.
 */
export type RunRule =
  | {
      readonly kind: 'beyond';
      readonly count: number;
      readonly of: number;
      readonly sigmas: number;
      readonly side: 'same' | 'any';
    }
  | { readonly kind: 'run' | 'trend' | 'alternation'; readonly length: number }
  | { readonly kind: 'hugging'; readonly length: number; readonly sigmas: number };

const beyondThreeSigmas: RunRule = { kind: 'beyond', count: 1, of: 1, sigmas: 3, side: 'same' };
const twoOfThree: RunRule = { kind: 'beyond', count: 2, of: 3, sigmas: 2, side: 'same' };
const fourOfFive: RunRule = { kind: 'beyond', count: 4, of: 5, sigmas: 1, side: 'same' };

/** The four zone rules of the Western Electric Statistical Quality Control Handbook (1956). */
export const westernElectricRules: readonly RunRule[] = [
  beyondThreeSigmas,
  twoOfThree,
  fourOfFive,
  { kind: 'run', length: 8 },
];

/** The eight tests of L. S. Nelson, The Shewhart Control Chart: Tests for Special Causes (1984), in his order. */
export const nelsonRules: readonly RunRule[] = [
  beyondThreeSigmas,
  { kind: 'run', length: 9 },
  { kind: 'trend', length: 6 },
  { kind: 'alternation', length: 14 },
  twoOfThree,
  fourOfFive,
  { kind: 'hugging', length: 15, sigmas: 1 },
  { kind: 'beyond', count: 8, of: 8, sigmas: 1, side: 'any' },
];

/** Whether the sequence `scores[0, count)` breaks the rule at its newest score, as the textbooks have it. */
export function isBroken(rule: RunRule, scores: Float64Array, count: number): boolean {
  const extent = extentOf(rule, scores, count);
  return rule.kind === 'beyond' ? extent > rule.sigmas : extent >= rule.length;
}

/**
 * How far the pattern goes, in equivalent sigmas: three where it just breaks the rule, more the less likely chance is to
 * bring forth as much of it in independent normal scores. So one limit serves all rules, and can be widened for many charts.
 */
export function ruleScore(rule: RunRule, scores: Float64Array, count: number): number {
  const extent = extentOf(rule, scores, count);
  if (extent <= 0) return 0;
  // Lengths are whole numbers: half a step below the rule's own is the edge that it breaks.
  const edge = rule.kind === 'beyond' ? rule.sigmas : rule.length - 0.5;
  return (3 * sigmasOf(chance(rule, extent))) / sigmasOf(chance(rule, edge));
}

/** Sigmas for `beyond`, a number of scores for the others; 0 where the pattern is not there. */
function extentOf(rule: RunRule, scores: Float64Array, count: number): number {
  switch (rule.kind) {
    case 'beyond':
      return distanceOf(rule, scores, count);
    case 'run':
      return lengthOf(
        count,
        (i) => sideOf(scores, i) !== 0 && sideOf(scores, i) === sideOf(scores, count - 1),
      );
    case 'trend':
      return stepsOf(
        count,
        (i) => stepOf(scores, i) !== 0 && stepOf(scores, i) === stepOf(scores, count - 1),
      );
    case 'alternation':
      return stepsOf(
        count,
        (i) =>
          stepOf(scores, i) !== 0 &&
          stepOf(scores, i) === ((count - 1 - i) % 2 === 0 ? 1 : -1) * stepOf(scores, count - 1),
      );
    case 'hugging':
      return lengthOf(count, (i) => Math.abs(scores[i] ?? 0) < rule.sigmas);
  }
}

/** The `count`-th largest distance among the last `of` scores, but never more than the newest one's own. */
function distanceOf(rule: RunRule & { kind: 'beyond' }, scores: Float64Array, count: number): number {
  const newest = scores[count - 1] ?? 0;
  const sign = newest < 0 ? -1 : 1;
  const own = Math.abs(newest);
  let smallestOfLargest = own;
  // Few scores and small counts: a pass for each rank costs less than sorting.
  let taken = 1;
  let below = Number.POSITIVE_INFINITY;
  while (taken < rule.count) {
    let next = Number.NEGATIVE_INFINITY;
    let ties = 0;
    for (let i = Math.max(0, count - rule.of); i < count - 1; i++) {
      const score = scores[i] ?? 0;
      const distance = rule.side === 'same' ? sign * score : Math.abs(score);
      if (distance >= below) continue;
      if (distance > next) {
        next = distance;
        ties = 1;
      } else if (distance === next) ties++;
    }
    if (ties === 0) return 0;
    taken += ties;
    below = next;
    smallestOfLargest = Math.min(smallestOfLargest, next);
  }
  return Math.max(0, smallestOfLargest);
}

function lengthOf(count: number, belongs: (index: number) => boolean): number {
  let length = 0;
  while (length < count && belongs(count - 1 - length)) length++;
  return length;
}

/** One score more than there are steps. */
function stepsOf(count: number, belongs: (index: number) => boolean): number {
  let steps = 0;
  while (steps < count - 1 && belongs(count - 1 - steps)) steps++;
  return steps === 0 ? 0 : steps + 1;
}

function sideOf(scores: Float64Array, index: number): number {
  return Math.sign(scores[index] ?? 0);
}

function stepOf(scores: Float64Array, index: number): number {
  return Math.sign((scores[index] ?? 0) - (scores[index - 1] ?? 0));
}

/** The chance that independent normal scores show at least this much, either way round. */
function chance(rule: RunRule, extent: number): number {
  switch (rule.kind) {
    case 'beyond': {
      const tail = upperTail(extent) * (rule.side === 'any' ? 2 : 1);
      return Math.min(1, (rule.side === 'any' ? 1 : 2) * atLeast(rule.count, rule.of, tail));
    }
    case 'run':
      return 2 ** (1 - extent);
    case 'trend':
      return 2 / factorial(extent);
    case 'alternation':
      // The share of alternating permutations, by the first term of its series.
      return 4 * (2 / Math.PI) ** (extent + 1);
    case 'hugging':
      return (1 - 2 * upperTail(rule.sigmas)) ** extent;
  }
}

/** That at least `count` of `of` independent events happen. */
function atLeast(count: number, of: number, probability: number): number {
  let sum = 0;
  let ways = 1;
  for (let k = of; k >= count; k--) {
    sum += ways * probability ** k * (1 - probability) ** (of - k);
    ways = (ways * k) / (of - k + 1);
  }
  return sum;
}

/** Stirling's series, since lengths come in halves too; relative error < 0.03 % from 2 on. */
function factorial(n: number): number {
  return Math.sqrt(2 * Math.PI * n) * (n / Math.E) ** n * (1 + 1 / (12 * n) + 1 / (288 * n * n));
}

/** 0 from an even chance on. */
function sigmasOf(probability: number): number {
  return probability >= 1 ? 0 : Math.max(0, sigmasForTail(Math.max(probability, 1e-300)));
}
