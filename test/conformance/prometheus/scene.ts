/** A stored series in promtool's notation: one value an interval, `_` for none, `stale` for a staleness marker. */
export interface SceneSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly string[];
}

export interface Evaluation {
  readonly query: string;
  readonly timeMs: number;
}

/** Series that are scraped every `intervalMs` from 0 on, and what is asked of them. */
export interface Scene {
  readonly intervalMs: number;
  readonly series: readonly SceneSeries[];
  readonly evaluations: readonly Evaluation[];
}

/** An element of the answer: its labels as one text, and its value as a text that keeps every bit. */
export type AnswerElement = readonly [labels: string, value: string];

/** What came back, sorted by labels; `error` for a query that was refused, whatever the words. */
export type Answer = readonly AnswerElement[] | 'error';

/** A scene with one answer for each evaluation. */
export interface RecordedScene extends Scene {
  readonly answers: readonly Answer[];
}

/** Labels as one text, sorted by name; values here hold neither commas nor quotes. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

export function sortedAnswer(elements: readonly AnswerElement[]): readonly AnswerElement[] {
  return elements.toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
}

/** A number as the shortest text that reads as the same number. */
export function valueText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
