import type { LabelMatcher, Selector, TimeShift } from './expression.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { labelsKey, metricName, type PromLabels, type PromSeries } from './series.ts';
import { PromQueryError, type PromSample, type PromVector } from './value.ts';

/** Samples of one series within (startMs, endMs], oldest first. */
export interface SampleWindow {
  readonly labels: PromLabels;
  readonly timesMs: readonly number[];
  readonly values: readonly number[];
  readonly startMs: number;
  readonly endMs: number;
}

/** The time that is looked at from a given one. Throws a `PromQueryError` for an offset in a variable. */
export function shiftedMs(shift: TimeShift, nowMs: number, context: EvaluationContext): number {
  const { atMs, offsetMs } = shift;
  if (offsetMs === undefined) throw new PromQueryError('the offset is not known');
  const baseMs = atMs === undefined ? nowMs : typeof atMs === 'number' ? atMs : context.queryMs;
  return context.deviations.has('offset-forward') ? baseMs + offsetMs : baseMs - offsetMs;
}

/** Last samples of the selected series that are younger than the lookback and not stale (delivery 88, 89). */
export function instantSamples(selector: Selector, nowMs: number, context: EvaluationContext): PromVector {
  const endMs = shiftedMs(selector.shift, nowMs, context);
  const startMs = endMs - context.lookbackMs;
  const samples: PromSample[] = [];
  for (const { labels, points } of selected(selector, context.series)) {
    const point = points.findLast(
      ({ timeMs, value }) =>
        timeMs <= endMs && (value !== undefined || !context.deviations.has('staleness-ignored')),
    );
    if (point?.value === undefined) continue;
    const fresh = context.deviations.has('lookback-closed')
      ? point.timeMs >= startMs
      : point.timeMs > startMs;
    if (fresh) samples.push({ labels, value: point.value, timeMs: point.timeMs });
  }
  return samples;
}

/** Windows of the selected series that hold at least one sample: open at their start, without staleness markers. */
export function windowsOf(
  selector: Selector,
  windowMs: number,
  nowMs: number,
  context: EvaluationContext,
): readonly SampleWindow[] {
  const endMs = shiftedMs(selector.shift, nowMs, context);
  const startMs = endMs - windowMs;
  const { deviations } = context;
  const windows: SampleWindow[] = [];
  for (const { labels, points } of selected(selector, context.series)) {
    const timesMs: number[] = [];
    const values: number[] = [];
    for (const { timeMs, value } of points) {
      if (timeMs > endMs) break;
      if (timeMs < startMs || (timeMs === startMs && !deviations.has('window-closed-at-its-start'))) continue;
      if (value === undefined) {
        if (!deviations.has('stale-ends-windows')) continue;
        timesMs.length = 0;
        values.length = 0;
        continue;
      }
      timesMs.push(timeMs);
      values.push(value);
    }
    if (values.length > 0) windows.push({ labels, timesMs, values, startMs, endMs });
  }
  return windows;
}

function selected(selector: Selector, series: readonly PromSeries[]): readonly PromSeries[] {
  const matchers = selector.matchers.map(compiled);
  if (selector.metric !== '') {
    if (selector.matchers.some(({ label, value }) => label === metricName && value !== selector.metric)) {
      throw new PromQueryError('metric name must not be set twice');
    }
    matchers.push((labels) => labels[metricName] === selector.metric);
  }
  if (matchers.every((matcher) => matcher({}))) {
    throw new PromQueryError('vector selector must contain at least one non-empty matcher');
  }
  return series.filter(({ labels }) => matchers.every((matcher) => matcher(labels)));
}

/** A label that is not there equals the empty text. */
function compiled({ label, operator, value }: LabelMatcher): (labels: PromLabels) => boolean {
  switch (operator) {
    case '=':
      return (labels) => (labels[label] ?? '') === value;
    case '!=':
      return (labels) => (labels[label] ?? '') !== value;
    case '=~': {
      const pattern = wholePattern(value);
      return (labels) => pattern.test(labels[label] ?? '');
    }
    case '!~': {
      const pattern = wholePattern(value);
      return (labels) => !pattern.test(labels[label] ?? '');
    }
  }
}

/** A pattern that must fit the whole text; a dot fits every character. Throws a `PromQueryError`. */
export function wholePattern(source: string): RegExp {
  try {
    return new RegExp(`^(?:${source})$`, 's');
  } catch {
    throw new PromQueryError(`the regular expression ${source} cannot be read`);
  }
}

/** Windows over the steps of a subquery: its vectors, series by series. */
export function windowsOfSteps(
  steps: readonly { readonly timeMs: number; readonly samples: PromVector }[],
  startMs: number,
  endMs: number,
): readonly SampleWindow[] {
  const windows = new Map<string, SampleWindow & { timesMs: number[]; values: number[] }>();
  for (const { timeMs, samples } of steps) {
    for (const { labels, value } of samples) {
      const key = labelsKey(labels);
      const window = windows.get(key) ?? { labels, timesMs: [], values: [], startMs, endMs };
      windows.set(key, window);
      window.timesMs.push(timeMs);
      window.values.push(value);
    }
  }
  return [...windows.values()];
}
