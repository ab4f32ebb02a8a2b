import {
  matcherTexts,
  type PromExpression,
  type Selector,
} from '../../../sim/prometheus/promql/expression.ts';

/** The least and greatest value an expression can have, where it has a value that is a number. */
export interface Bounds {
  readonly least: number;
  readonly greatest: number;
}

const anything: Bounds = { least: -Infinity, greatest: Infinity };
const notNegative: Bounds = { least: 0, greatest: Infinity };

const notNegativeFunctions = new Set([
  'rate',
  'irate',
  'increase',
  'resets',
  'changes',
  'abs',
  'count_over_time',
]);

/**
 * Bounds of an expression, from its form alone: rates are never negative, a part of a whole is between 0 and 1, a
 * quantile lies below its histogram's largest finite bucket (delivery 92). `largestBucketOf` knows that bucket by the
 * metric's name.
 */
export function boundsOf(
  expression: PromExpression,
  largestBucketOf: (metric: string) => number | undefined,
): Bounds {
  switch (expression.kind) {
    case 'number':
      return { least: expression.value, greatest: expression.value };
    case 'string':
    case 'window':
      return anything;
    case 'selector':
      return /_(total|count|bucket)$/.test(expression.metric) ? notNegative : anything;
    case 'unary': {
      const inner = boundsOf(expression.inner, largestBucketOf);
      return expression.negative ? { least: -inner.greatest, greatest: -inner.least } : inner;
    }
    case 'aggregation': {
      if (expression.name.startsWith('count')) return notNegative;
      const inner = boundsOf(expression.inner, largestBucketOf);
      if (/^(avg|min|max|topk|bottomk|quantile)$/.test(expression.name)) return inner;
      return expression.name === 'sum' && inner.least >= 0 ? notNegative : anything;
    }
    case 'call':
      return callBounds(expression.name, expression.parameters, largestBucketOf);
    case 'binary':
      return binaryBounds(expression, largestBucketOf);
  }
}

function callBounds(
  name: string,
  parameters: readonly PromExpression[],
  largestBucketOf: (metric: string) => number | undefined,
): Bounds {
  if (name === 'histogram_quantile') {
    const metric = onlySelector(parameters[1])?.metric;
    const greatest = metric === undefined ? undefined : largestBucketOf(metric.replace(/_bucket$/, ''));
    return { least: 0, greatest: greatest ?? Infinity };
  }
  const first = parameters[0];
  if (name === 'vector' || name === 'scalar' || name === 'round') {
    return first === undefined ? anything : boundsOf(first, largestBucketOf);
  }
  return notNegativeFunctions.has(name) ? notNegative : anything;
}

function binaryBounds(
  expression: PromExpression & { readonly kind: 'binary' },
  largestBucketOf: (metric: string) => number | undefined,
): Bounds {
  const left = boundsOf(expression.left, largestBucketOf);
  const right = boundsOf(expression.right, largestBucketOf);
  switch (expression.operator) {
    case '+':
      return { least: left.least + right.least, greatest: left.greatest + right.greatest };
    case '-':
      return { least: left.least - right.greatest, greatest: left.greatest - right.least };
    case '*':
    case '/': {
      if (expression.operator === '/' && isPartOfWhole(expression.left, expression.right)) {
        return { least: 0, greatest: 1 };
      }
      const factor = right.least === right.greatest ? right.least : undefined;
      if (factor !== undefined && factor > 0) {
        const by = expression.operator === '*' ? factor : 1 / factor;
        return { least: left.least * by, greatest: left.greatest * by };
      }
      if (expression.operator === '*' && left.least === left.greatest && left.least > 0) {
        return { least: right.least * left.least, greatest: right.greatest * left.least };
      }
      return left.least >= 0 && right.least >= 0 ? notNegative : anything;
    }
    case 'or':
      return {
        least: Math.min(left.least, right.least),
        greatest: Math.max(left.greatest, right.greatest),
      };
    case 'and':
    case 'unless':
      return left;
    default:
      return anything;
  }
}

function onlySelector(expression: PromExpression | undefined): Selector | undefined {
  switch (expression?.kind) {
    case undefined:
    case 'number':
    case 'string':
    case 'binary':
      return undefined;
    case 'selector':
      return expression;
    case 'window':
    case 'unary':
    case 'aggregation':
      return onlySelector(expression.inner);
    case 'call':
      return onlySelector(expression.parameters[0]);
  }
}

/** Whether the left side counts a part of what the right side counts: the same counter, more matchers. */
export function isPartOfWhole(left: PromExpression, right: PromExpression): boolean {
  const part = onlySelector(withoutDefault(left));
  const whole = onlySelector(withoutDefault(right));
  if (part === undefined || whole === undefined || part.metric === '' || part.metric !== whole.metric)
    return false;
  if (shapeOf(withoutDefault(left)) !== shapeOf(withoutDefault(right))) return false;
  const partTexts = matcherTexts(part);
  return matcherTexts(whole).every((text) => partTexts.includes(text));
}

/** `x or vector(0)` counts as `x`: the other branch is the value where there is no series. */
function withoutDefault(expression: PromExpression): PromExpression {
  if (expression.kind === 'binary' && expression.operator === 'or') return withoutDefault(expression.left);
  if (expression.kind === 'aggregation') return { ...expression, inner: withoutDefault(expression.inner) };
  return expression;
}

/** The functions around the selector: two sides with the same shape count in the same way. */
function shapeOf(expression: PromExpression): string {
  switch (expression.kind) {
    case 'selector':
      return 'x';
    case 'window':
      return `${shapeOf(expression.inner)}[${expression.windowMs ?? '?'}]`;
    case 'call': {
      const inner = expression.parameters[0];
      return `${expression.name}(${inner === undefined ? '' : shapeOf(inner)})`;
    }
    case 'aggregation': {
      const labels = expression.labels.map((label) => label.name).toSorted((a, b) => (a < b ? -1 : 1));
      return `${expression.name} ${expression.grouping ?? ''} ${labels.join()}(${shapeOf(expression.inner)})`;
    }
    case 'unary':
    case 'binary':
    case 'number':
    case 'string':
      return expression.kind;
  }
}
