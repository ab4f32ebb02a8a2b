import type { PromqlDeviation } from './deviation.ts';
import { bucketQuantile } from '../bucket-quantile.ts';
import { labelsWithout, labelsKey, metricName, promLabels } from './series.ts';
import { wholePattern } from './selection.ts';
import { distinct, groupBy, type PromSample, type PromVector } from './value.ts';

/** Functions of one number, applied to every element; parameters are numbers. */
export const elementFunctions: ReadonlyMap<string, (value: number, parameters: readonly number[]) => number> =
  new Map<string, (value: number, parameters: readonly number[]) => number>([
    ['abs', (value) => Math.abs(value)],
    ['ceil', (value) => Math.ceil(value)],
    ['floor', (value) => Math.floor(value)],
    ['sqrt', (value) => Math.sqrt(value)],
    ['exp', (value) => Math.exp(value)],
    ['ln', (value) => Math.log(value)],
    ['log2', (value) => Math.log2(value)],
    ['log10', (value) => Math.log10(value)],
    ['sgn', (value) => (value < 0 ? -1 : value > 0 ? 1 : value)],
    [
      'round',
      (value, [toNearest = 1]) => {
        const inverse = 1 / toNearest;
        return Math.floor(value * inverse + 0.5) / inverse;
      },
    ],
    ['clamp', (value, [least = 0, greatest = 0]) => largest(least, smallest(greatest, value))],
    ['clamp_min', (value, [least = 0]) => largest(least, smallest(Infinity, value))],
    ['clamp_max', (value, [greatest = 0]) => largest(-Infinity, smallest(greatest, value))],
  ]);

/** An infinite bound wins over NaN. */
function largest(left: number, right: number): number {
  return left === Infinity || right === Infinity ? Infinity : Math.max(left, right);
}

function smallest(left: number, right: number): number {
  return left === -Infinity || right === -Infinity ? -Infinity : Math.min(left, right);
}

/** `histogram_quantile` over classic buckets; elements without a readable `le` are left out (delivery 92). */
export function histogramQuantile(
  quantile: number,
  samples: PromVector,
  nowMs: number,
  deviations: ReadonlySet<PromqlDeviation>,
): PromVector {
  const bucketSamples = samples.filter(({ labels }) => upperBoundOf(labels['le']) !== undefined);
  // Histograms of two names are two histograms, though their results lose the name.
  const groups = groupBy(bucketSamples, ({ labels }) => labelsKey(labelsWithout(labels, ['le'])));
  const results = [...groups.values()].map((group) => {
    const buckets = new Map<number, number>();
    for (const { labels, value } of group) {
      const bound = upperBoundOf(labels['le']) as number;
      buckets.set(bound, (buckets.get(bound) ?? 0) + value);
    }
    return {
      labels: labelsWithout((group[0] as PromSample).labels, ['le', metricName]),
      value: deviantQuantile(quantile, buckets, deviations),
      timeMs: nowMs,
    };
  });
  return distinct(results);
}

function deviantQuantile(
  quantile: number,
  buckets: ReadonlyMap<number, number>,
  deviations: ReadonlySet<PromqlDeviation>,
): number {
  const value = bucketQuantile(quantile, buckets);
  const bounds = [...buckets.keys()].toSorted((left, right) => left - right);
  if (deviations.has('infinite-bucket-is-infinite') && value === bounds.at(-2)) return Infinity;
  const first = bounds[0] ?? 0;
  return deviations.has('first-bucket-from-its-bound') && value < first && value > 0 ? first : value;
}

function upperBoundOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** `label_replace(v, target, replacement, source, pattern)`. */
export function labelReplace(samples: PromVector, texts: readonly string[]): PromVector {
  const [target = '', replacement = '', source = '', pattern = ''] = texts;
  const whole = wholePattern(pattern);
  return distinct(
    samples.map((sample) => {
      const match = whole.exec(sample.labels[source] ?? '');
      return match === null ? sample : withLabel(sample, target, expanded(replacement, match));
    }),
  );
}

/** `label_join(v, target, separator, sources…)`. */
export function labelJoin(samples: PromVector, texts: readonly string[]): PromVector {
  const [target = '', separator = '', ...sources] = texts;
  return distinct(
    samples.map((sample) =>
      withLabel(sample, target, sources.map((source) => sample.labels[source] ?? '').join(separator)),
    ),
  );
}

function withLabel(sample: PromSample, name: string, value: string): PromSample {
  return { ...sample, labels: promLabels(Object.entries({ ...sample.labels, [name]: value })) };
}

/** `$1`, `${1}` and `$name`; the longest name counts, `$$` is a dollar. */
function expanded(replacement: string, match: RegExpExecArray): string {
  return replacement.replaceAll(/\$(?:\$|(\w+)|\{(\w+)\})/g, (_, plain?: string, braced?: string) => {
    const name = plain ?? braced;
    if (name === undefined) return '$';
    return (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? '';
  });
}
