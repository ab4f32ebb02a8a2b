import { aggregate, type AggregationParameter } from './aggregation.ts';
import { betweenVectors, isComparison, operate, withScalar } from './binary-operation.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import type { Aggregation, Binary, Call, PromExpression, RangeWindow, Selector } from './expression.ts';
import { instantSamples, shiftedMs, windowsOf, windowsOfSteps, type SampleWindow } from './selection.ts';
import { promLabels, type PromLabels } from './series.ts';
import {
  distinct,
  PromQueryError,
  withoutName,
  type PromSample,
  type PromValue,
  type PromVector,
} from './value.ts';
import { elementFunctions, histogramQuantile, labelJoin, labelReplace } from './vector-functions.ts';
import { windowFunctions } from './window-functions.ts';

/**
 * The value of a query at a time, as Prometheus 3 computes it (delivery 87–93; windows and lookback are open at their
 * start). Throws a `PromQueryError` for what Prometheus refuses and for what is not modelled: functions of time of day,
 * trigonometry, experimental functions, native histograms.
 */
export function evaluatePromql(
  expression: PromExpression,
  nowMs: number,
  context: EvaluationContext,
): PromValue {
  switch (expression.kind) {
    case 'number':
      return { kind: 'scalar', value: expression.value };
    case 'string':
      return { kind: 'string', value: expression.value };
    case 'selector':
      return { kind: 'vector', samples: instantSamples(expression, nowMs, context) };
    case 'window':
      throw new PromQueryError('a range vector stands only inside a function over windows');
    case 'unary':
      return negated(evaluatePromql(expression.inner, nowMs, context), expression.negative);
    case 'aggregation':
      return { kind: 'vector', samples: aggregated(expression, nowMs, context) };
    case 'binary':
      return combined(expression, nowMs, context);
    case 'call':
      return called(expression, nowMs, context);
  }
}

function vectorOf(
  expression: PromExpression | undefined,
  nowMs: number,
  context: EvaluationContext,
): PromVector {
  const value = expression && evaluatePromql(expression, nowMs, context);
  if (value?.kind !== 'vector') throw new PromQueryError('expected type instant vector');
  return value.samples;
}

function scalarOf(expression: PromExpression | undefined, nowMs: number, context: EvaluationContext): number {
  const value = expression && evaluatePromql(expression, nowMs, context);
  if (value?.kind !== 'scalar') throw new PromQueryError('expected type scalar');
  return value.value;
}

function textOf(expression: PromExpression): string {
  if (expression.kind !== 'string') throw new PromQueryError('expected type string');
  return expression.value;
}

function negated(value: PromValue, negative: boolean): PromValue {
  if (value.kind === 'string') throw new PromQueryError('unary expression only allowed on scalar or vector');
  if (!negative) return value;
  if (value.kind === 'scalar') return { kind: 'scalar', value: -value.value };
  const samples = value.samples.map((sample) => ({
    ...sample,
    labels: withoutName(sample.labels),
    value: -sample.value,
  }));
  return { kind: 'vector', samples: distinct(samples) };
}

function aggregated(expression: Aggregation, nowMs: number, context: EvaluationContext): PromVector {
  const { name, parameter } = expression;
  let given: AggregationParameter;
  if (parameter !== undefined) {
    given = name === 'count_values' ? textOf(parameter) : scalarOf(parameter, nowMs, context);
  }
  const samples = vectorOf(expression.inner, nowMs, context);
  return distinct(aggregate(expression, given, samples, nowMs, context.deviations));
}

function combined(expression: Binary, nowMs: number, context: EvaluationContext): PromValue {
  const { operator, bool } = expression;
  const left = evaluatePromql(expression.left, nowMs, context);
  const right = evaluatePromql(expression.right, nowMs, context);
  if (left.kind === 'string' || right.kind === 'string') {
    throw new PromQueryError('binary expression must contain only scalar and instant vector types');
  }
  if (bool && !isComparison(operator)) {
    throw new PromQueryError('bool modifier can only be used on comparison operators');
  }
  if (left.kind === 'vector' && right.kind === 'vector') {
    const samples = betweenVectors(expression, left.samples, right.samples, context.deviations);
    return { kind: 'vector', samples };
  }
  if (expression.matching !== undefined) {
    throw new PromQueryError('vector matching only allowed between instant vectors');
  }
  if (left.kind === 'vector') {
    const samples = withScalar(expression, left.samples, scalarIn(right), false, context.deviations);
    return { kind: 'vector', samples };
  }
  if (right.kind === 'vector') {
    const samples = withScalar(expression, right.samples, left.value, true, context.deviations);
    return { kind: 'vector', samples };
  }
  if (isComparison(operator) && !bool) {
    throw new PromQueryError('comparisons between scalars must use BOOL modifier');
  }
  if (operator === 'and' || operator === 'or' || operator === 'unless') {
    throw new PromQueryError(`set operator "${operator}" not allowed in binary scalar expression`);
  }
  return { kind: 'scalar', value: operate(operator, left.value, right.value, context.deviations) };
}

function scalarIn(value: PromValue): number {
  return value.kind === 'scalar' ? value.value : Number.NaN;
}

function called(expression: Call, nowMs: number, context: EvaluationContext): PromValue {
  const { name, parameters } = expression;
  const [first, second] = parameters;
  const vector = (samples: PromVector): PromValue => ({ kind: 'vector', samples });
  switch (name) {
    case 'time':
      return { kind: 'scalar', value: nowMs / 1000 };
    case 'pi':
      return { kind: 'scalar', value: Math.PI };
    case 'scalar': {
      const samples = vectorOf(first, nowMs, context);
      return { kind: 'scalar', value: samples.length === 1 ? (samples[0]?.value ?? Number.NaN) : Number.NaN };
    }
    case 'vector':
      return vector([{ labels: {}, value: scalarOf(first, nowMs, context), timeMs: nowMs }]);
    case 'absent':
      return vector(vectorOf(first, nowMs, context).length > 0 ? [] : [absence(first, nowMs)]);
    case 'absent_over_time':
      return vector(windowsIn(first, nowMs, context).windows.length > 0 ? [] : [absence(first, nowMs)]);
    case 'sort':
    case 'sort_desc':
      return vector(vectorOf(first, nowMs, context));
    case 'timestamp':
      return vector(timestamps(first, nowMs, context));
    case 'histogram_quantile': {
      const quantile = scalarOf(first, nowMs, context);
      return vector(histogramQuantile(quantile, vectorOf(second, nowMs, context), nowMs, context.deviations));
    }
    case 'label_replace':
      return vector(labelReplace(vectorOf(first, nowMs, context), parameters.slice(1).map(textOf)));
    case 'label_join':
      return vector(labelJoin(vectorOf(first, nowMs, context), parameters.slice(1).map(textOf)));
    default:
      return vector(
        elementFunctions.has(name)
          ? elements(expression, nowMs, context)
          : overWindows(expression, nowMs, context),
      );
  }
}

/** Parts of a function that is applied to each element. */
function elements({ name, parameters }: Call, nowMs: number, context: EvaluationContext): PromVector {
  const compute = elementFunctions.get(name);
  if (compute === undefined) throw new PromQueryError(`unknown function with name "${name}"`);
  const samples = vectorOf(parameters[0], nowMs, context);
  const numbers = parameters.slice(1).map((parameter) => scalarOf(parameter, nowMs, context));
  const [least = 0, greatest = 0] = numbers;
  if (name === 'clamp' && greatest < least) return [];
  return distinct(
    samples.map(({ labels, value, timeMs }) => ({
      labels: withoutName(labels),
      value: compute(value, numbers),
      timeMs,
    })),
  );
}

function overWindows({ name, parameters }: Call, nowMs: number, context: EvaluationContext): PromVector {
  const compute = windowFunctions.get(name);
  if (compute === undefined) throw new PromQueryError(`unknown function with name "${name}"`);
  const range = parameters.find((parameter) => parameter.kind === 'window');
  const { windows, windowMs } = windowsIn(range, nowMs, context);
  const scalars = parameters
    .filter((parameter) => parameter !== range)
    .map((parameter) => scalarOf(parameter, nowMs, context));
  const frame = { windowMs, nowMs, scalars, deviations: context.deviations };
  const keepsName = name === 'last_over_time' || context.deviations.has('name-survives-rate');
  const samples: PromSample[] = [];
  for (const window of windows) {
    const value = compute(window, frame);
    if (value === undefined) continue;
    const labels = keepsName ? window.labels : withoutName(window.labels);
    samples.push({ labels, value, timeMs: nowMs });
  }
  return distinct(samples);
}

function windowsIn(
  expression: PromExpression | undefined,
  nowMs: number,
  context: EvaluationContext,
): { readonly windows: readonly SampleWindow[]; readonly windowMs: number } {
  if (expression?.kind !== 'window') throw new PromQueryError('expected type range vector');
  const { windowMs, inner } = expression;
  if (windowMs === undefined) throw new PromQueryError('the window is not known');
  if (windowMs <= 0) throw new PromQueryError('duration must be greater than 0');
  if (expression.subquery)
    return { windows: windowsOfSubquery(expression, windowMs, nowMs, context), windowMs };
  if (inner.kind !== 'selector') {
    throw new PromQueryError('ranges only allowed for vector selectors');
  }
  return { windows: windowsOf(inner, windowMs, nowMs, context), windowMs };
}

/** A subquery is evaluated at the multiples of its step within its window. */
function windowsOfSubquery(
  { inner, shift, stepMs }: RangeWindow,
  windowMs: number,
  nowMs: number,
  context: EvaluationContext,
): readonly SampleWindow[] {
  const endMs = shiftedMs(shift, nowMs, context);
  const startMs = endMs - windowMs;
  const everyMs = stepMs ?? context.evaluationIntervalMs;
  let timeMs = context.deviations.has('subquery-unaligned')
    ? startMs
    : everyMs * Math.trunc(startMs / everyMs);
  if (timeMs <= startMs) timeMs += everyMs;
  const steps: { timeMs: number; samples: PromVector }[] = [];
  for (; timeMs <= endMs; timeMs += everyMs) {
    const value = evaluatePromql(inner, timeMs, context);
    if (value.kind === 'string') throw new PromQueryError('subquery is only allowed on instant vector');
    const samples = value.kind === 'vector' ? value.samples : [{ labels: {}, value: value.value, timeMs }];
    steps.push({ timeMs, samples });
  }
  return windowsOfSteps(steps, startMs, endMs);
}

/** The time of the sample itself below a selector, else that of the evaluation. */
function timestamps(
  first: PromExpression | undefined,
  nowMs: number,
  context: EvaluationContext,
): PromVector {
  const samples = vectorOf(first, nowMs, context).map(({ labels, timeMs }) => ({
    labels: withoutName(labels),
    value: (first?.kind === 'selector' ? timeMs : nowMs) / 1000,
    timeMs: nowMs,
  }));
  return distinct(samples);
}

function absence(expression: PromExpression | undefined, nowMs: number): PromSample {
  const selector = expression?.kind === 'window' && !expression.subquery ? expression.inner : expression;
  return { labels: selector?.kind === 'selector' ? namedLabels(selector) : {}, value: 1, timeMs: nowMs };
}

/** Labels that a selector demands exactly, each once. */
function namedLabels({ matchers }: Selector): PromLabels {
  const labels = new Map<string, string>();
  const seen = new Set<string>();
  for (const { label, operator, value } of matchers) {
    if (label === '__name__') continue;
    if (operator === '=' && !seen.has(label)) {
      labels.set(label, value);
      seen.add(label);
    } else labels.delete(label);
  }
  return promLabels(labels);
}
