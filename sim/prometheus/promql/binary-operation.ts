import type { Binary } from './expression.ts';
import type { PromqlDeviation } from './deviation.ts';
import { labelsKey, labelsWithout, metricName, onlyLabels, promLabels, type PromLabels } from './series.ts';
import { distinct, PromQueryError, withoutName, type PromSample, type PromVector } from './value.ts';

const comparisons = new Set(['==', '!=', '<', '<=', '>', '>=']);
const setOperators = new Set(['and', 'or', 'unless']);

export function isComparison(operator: string): boolean {
  return comparisons.has(operator);
}

/** The number of an arithmetic operator, 1 or 0 of a comparison. */
export function operate(
  operator: string,
  left: number,
  right: number,
  deviations: ReadonlySet<PromqlDeviation>,
): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left === 0 && right === 0 && deviations.has('nan-is-zero') ? 0 : left / right;
    case '%':
      return left % right;
    case '^':
      return power(left, right);
    case 'atan2':
      return Math.atan2(left, right);
    default:
      return holds(operator, left, right) ? 1 : 0;
  }
}

/** 1 to any power is 1, also to NaN; −1 to an infinite one is 1. */
function power(base: number, exponent: number): number {
  return base === 1 || (base === -1 && Math.abs(exponent) === Infinity) ? 1 : base ** exponent;
}

function holds(operator: string, left: number, right: number): boolean {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      throw new PromQueryError(`operator ${operator} is not modelled`);
  }
}

/** A vector and a number; `swapped`: the number stands on the left. */
export function withScalar(
  { operator, bool }: Binary,
  samples: PromVector,
  scalar: number,
  swapped: boolean,
  deviations: ReadonlySet<PromqlDeviation>,
): PromVector {
  if (setOperators.has(operator)) {
    throw new PromQueryError(`set operator "${operator}" not allowed in binary scalar expression`);
  }
  const asNumber = bool || deviations.has('comparison-is-bool');
  const result: PromSample[] = [];
  for (const { labels, value, timeMs } of samples) {
    const [left, right] = swapped ? [scalar, value] : [value, scalar];
    const computed = operate(operator, left, right, deviations);
    if (isComparison(operator) && !asNumber) {
      if (computed === 1) result.push({ labels, value, timeMs });
    } else {
      const kept = deviations.has('name-survives-arithmetic') ? labels : withoutName(labels);
      result.push({ labels: kept, value: computed, timeMs });
    }
  }
  return distinct(result);
}

/** Two vectors: elements with the same labels, as far as `on` or `ignoring` look at them. Throws a `PromQueryError`. */
export function betweenVectors(
  binary: Binary,
  left: PromVector,
  right: PromVector,
  deviations: ReadonlySet<PromqlDeviation>,
): PromVector {
  if (setOperators.has(binary.operator)) return setOperation(binary, left, right);
  if (left.length === 0 || right.length === 0) return [];
  return distinct(matched(binary, left, right, deviations));
}

function matchKey({ matching, matchingLabels }: Binary, labels: PromLabels): string {
  return labelsKey(
    matching === 'on'
      ? onlyLabels(labels, matchingLabels)
      : labelsWithout(labels, [metricName, ...matchingLabels]),
  );
}

function setOperation(binary: Binary, left: PromVector, right: PromVector): PromVector {
  if (binary.many !== undefined) throw new PromQueryError('no grouping allowed for set operations');
  const keysOf = (samples: PromVector): ReadonlySet<string> =>
    new Set(samples.map(({ labels }) => matchKey(binary, labels)));
  if (binary.operator === 'or') {
    const known = keysOf(left);
    return distinct([...left, ...right.filter(({ labels }) => !known.has(matchKey(binary, labels)))]);
  }
  const wanted = keysOf(right);
  return left.filter(({ labels }) => wanted.has(matchKey(binary, labels)) === (binary.operator === 'and'));
}

function matched(
  binary: Binary,
  left: PromVector,
  right: PromVector,
  deviations: ReadonlySet<PromqlDeviation>,
): PromVector {
  const swapped = binary.many === 'right';
  const [many, one] = swapped ? [right, left] : [left, right];
  const ones = new Map<string, PromSample>();
  for (const sample of one) {
    const key = matchKey(binary, sample.labels);
    if (ones.has(key)) {
      throw new PromQueryError(
        'found duplicate series for the match group; many-to-many matching not allowed',
      );
    }
    ones.set(key, sample);
  }
  const compares = isComparison(binary.operator);
  const asNumber = binary.bool || deviations.has('comparison-is-bool');
  const seen = new Set<string>();
  const result: PromSample[] = [];
  for (const sample of many) {
    const key = matchKey(binary, sample.labels);
    const other = ones.get(key);
    if (other === undefined) continue;
    const [first, second] = swapped ? [other.value, sample.value] : [sample.value, other.value];
    const computed = operate(binary.operator, first, second, deviations);
    if (compares && !asNumber && computed === 0) continue;
    const labels = resultLabels(binary, sample.labels, other.labels, deviations);
    const identity = binary.many === undefined ? key : `${key}${labelsKey(labels)}`;
    if (seen.has(identity)) {
      throw new PromQueryError('multiple matches for labels: many-to-one matching must be explicit');
    }
    seen.add(identity);
    const value = compares && !asNumber ? first : computed;
    result.push({ labels, value, timeMs: sample.timeMs });
  }
  return result;
}

function resultLabels(
  binary: Binary,
  many: PromLabels,
  one: PromLabels,
  deviations: ReadonlySet<PromqlDeviation>,
): PromLabels {
  const keepsName = isComparison(binary.operator)
    ? !binary.bool && !deviations.has('comparison-is-bool')
    : deviations.has('name-survives-arithmetic');
  let labels = keepsName ? many : withoutName(many);
  if (binary.many === undefined && !deviations.has('on-keeps-all-labels')) {
    labels =
      binary.matching === 'on'
        ? onlyLabels(labels, binary.matchingLabels)
        : labelsWithout(labels, binary.matchingLabels);
  }
  const taken = binary.included.map((name) => [name, one[name] ?? ''] as const);
  return taken.length === 0
    ? labels
    : promLabels(Object.entries({ ...labels, ...Object.fromEntries(taken) }));
}
