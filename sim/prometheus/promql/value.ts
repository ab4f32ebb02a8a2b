import { labelsKey, labelsWithout, metricName, type PromLabels } from './series.ts';

/** One element of an instant vector. */
export interface PromSample {
  readonly labels: PromLabels;
  readonly value: number;
  /** Of the stored sample where it comes from a selector, else of the evaluation. */
  readonly timeMs: number;
}

export type PromVector = readonly PromSample[];

export type PromValue =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'vector'; readonly samples: PromVector }
  | { readonly kind: 'string'; readonly value: string };

/** A query that Prometheus answers with an error, or one that is not modelled. */
export class PromQueryError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PromQueryError';
  }
}

export function withoutName(labels: PromLabels): PromLabels {
  return labelsWithout(labels, [metricName]);
}

/** The vector itself, if no two of its elements have the same labels. Throws a `PromQueryError` if they have. */
export function distinct(samples: PromVector): PromVector {
  const keys = new Set(samples.map(({ labels }) => labelsKey(labels)));
  if (keys.size < samples.length) {
    throw new PromQueryError('vector cannot contain metrics with the same labelset');
  }
  return samples;
}

/** Groups by a text, in the order in which the texts come. */
export function groupBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
