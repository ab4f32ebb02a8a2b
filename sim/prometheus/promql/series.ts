/** Labels of a series, its name as `__name__`; a label with an empty text is the same as none. */
export type PromLabels = Readonly<Record<string, string>>;

/** A sample; a staleness marker has no value. */
export interface PromPoint {
  readonly timeMs: number;
  readonly value: number | undefined;
}

/** A stored series, its points oldest first. */
export interface PromSeries {
  readonly labels: PromLabels;
  readonly points: readonly PromPoint[];
}

export const metricName = '__name__';

/** Labels of which no key is empty, in the order of their names. */
export function promLabels(entries: Iterable<readonly [string, string]>): PromLabels {
  const kept = [...entries].filter(([, value]) => value !== '');
  return Object.fromEntries(kept.toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)));
}

/** The labels with these names. */
export function onlyLabels(labels: PromLabels, names: readonly string[]): PromLabels {
  return promLabels(Object.entries(labels).filter(([name]) => names.includes(name)));
}

/** The labels but those with these names. */
export function labelsWithout(labels: PromLabels, names: readonly string[]): PromLabels {
  return promLabels(Object.entries(labels).filter(([name]) => !names.includes(name)));
}

/** One text for one set of labels, whatever the order in which they were written. */
export function labelsKey(labels: PromLabels): string {
  return JSON.stringify(Object.entries(promLabels(Object.entries(labels))));
}
