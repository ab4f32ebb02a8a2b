import type { Aggregation } from './expression.ts';
import type { PromqlDeviation } from './deviation.ts';
import { KahanSum, meanOf, quantileOf } from './kahan-sum.ts';
import { labelsKey, labelsWithout, metricName, onlyLabels, promLabels, type PromLabels } from './series.ts';
import { groupBy, PromQueryError, type PromSample, type PromVector } from './value.ts';

const modelled = new Set(
  'sum avg min max count group stddev stdvar quantile topk bottomk count_values'.split(' '),
);

export type AggregationParameter = number | string | undefined;

/**
 * An aggregation over the groups of `by` or `without`.
 * Throws a `PromQueryError`. Not modelled: `limitk`, `limit_ratio` (experimental); of equal values in `topk` and
 * `bottomk` the earlier series stays, where the real one depends on its storage.
 */
export function aggregate(
  { name, grouping, labels }: Aggregation,
  parameter: AggregationParameter,
  samples: PromVector,
  nowMs: number,
  deviations: ReadonlySet<PromqlDeviation>,
): PromVector {
  if (!modelled.has(name)) throw new PromQueryError(`the aggregation ${name} is not modelled`);
  const names = labels.map((label) => label.name);
  const groupOf = (of: PromLabels): PromLabels =>
    grouping === 'without' ? labelsWithout(of, [...names, metricName]) : onlyLabels(of, names);
  if (name === 'count_values')
    return countValues(String(parameter), groupOf, names, grouping, samples, nowMs);
  if (samples.length === 0 && name === 'sum' && deviations.has('empty-sum-is-zero')) {
    return [{ labels: {}, value: 0, timeMs: nowMs }];
  }
  const groups = groupBy(samples, (sample) => labelsKey(groupOf(sample.labels)));
  return [...groups.values()].flatMap((group) => {
    if (name === 'topk' || name === 'bottomk') return extremes(group, Number(parameter), name === 'topk');
    const value = reduced(name, Number(parameter), group);
    return [{ labels: groupOf((group[0] as PromSample).labels), value, timeMs: nowMs }];
  });
}

function reduced(name: string, parameter: number, group: PromVector): number {
  const values = group.map(({ value }) => value);
  switch (name) {
    case 'sum': {
      const sum = new KahanSum(values[0]);
      for (const value of values.slice(1)) sum.add(value);
      return sum.sum + sum.compensation;
    }
    case 'avg':
      return meanOf(values);
    case 'min':
      return values.reduce((best, value) => (best > value || Number.isNaN(best) ? value : best));
    case 'max':
      return values.reduce((best, value) => (best < value || Number.isNaN(best) ? value : best));
    case 'count':
      return values.length;
    case 'group':
      return 1;
    case 'stddev':
      return Math.sqrt(variance(values));
    case 'stdvar':
      return variance(values);
    case 'quantile':
      return quantileOf(parameter, values);
    default:
      throw new PromQueryError(`the aggregation ${name} is not modelled`);
  }
}

function variance(values: readonly number[]): number {
  let mean = values[0] as number;
  let squares = Number.isFinite(mean) ? 0 : Number.NaN;
  for (let index = 1; index < values.length; index++) {
    const value = values[index] as number;
    const delta = value - mean;
    mean += delta / (index + 1);
    squares += delta * (value - mean);
  }
  return squares / values.length;
}

/** The elements themselves, with their names. NaN goes last. */
function extremes(group: PromVector, count: number, largest: boolean): PromVector {
  if (Number.isNaN(count)) throw new PromQueryError('Parameter value is NaN');
  const sign = largest ? -1 : 1;
  const sorted = group.toSorted((left, right) =>
    Number.isNaN(left.value)
      ? Number.isNaN(right.value)
        ? 0
        : 1
      : Number.isNaN(right.value)
        ? -1
        : sign * (left.value - right.value),
  );
  return sorted.slice(0, Math.max(0, Math.trunc(count)));
}

function countValues(
  label: string,
  groupOf: (labels: PromLabels) => PromLabels,
  names: readonly string[],
  grouping: Aggregation['grouping'],
  samples: PromVector,
  nowMs: number,
): PromVector {
  const labelled = samples.map(({ labels, value }) => {
    const all = promLabels(Object.entries({ ...labels, [label]: decimalText(value) }));
    return grouping === 'without' ? groupOf(all) : onlyLabels(all, [...names, label]);
  });
  return [...groupBy(labelled, labelsKey).values()].map((group) => ({
    labels: group[0] as PromLabels,
    value: group.length,
    timeMs: nowMs,
  }));
}

/** A number without an exponent. */
function decimalText(value: number): string {
  if (Math.abs(value) === Infinity) return value > 0 ? '+Inf' : '-Inf';
  const text = Object.is(value, -0) ? '-0' : String(value);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign = '', lead = '', rest = '', exponent = '0'] = parts;
  const digits = lead + rest;
  const point = 1 + Number(exponent);
  return point <= 0 ? `${sign}0.${'0'.repeat(-point)}${digits}` : `${sign}${digits.padEnd(point, '0')}`;
}
