/** Types of a PromQL expression: what a query of it returns. */
export type PromType = 'scalar' | 'string' | 'instant vector' | 'range vector';

export interface LabelMatcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
  readonly offset: number;
}

/** When something is looked at: `@ time` instead of the query's own, `offset` before that. */
export interface TimeShift {
  readonly atMs: number | 'start' | 'end' | undefined;
  /** Undefined where it stands in a variable. */
  readonly offsetMs: number | undefined;
}

export const noShift: TimeShift = { atMs: undefined, offsetMs: 0 };

export interface Selector {
  readonly kind: 'selector';
  readonly offset: number;
  /** Empty where only labels select. */
  readonly metric: string;
  readonly matchers: readonly LabelMatcher[];
  readonly shift: TimeShift;
}

/** `x[5m]` and `x[5m:1m]`; a window in a variable has no length. */
export interface RangeWindow {
  readonly kind: 'window';
  readonly offset: number;
  readonly inner: PromExpression;
  readonly windowMs: number | undefined;
  readonly subquery: boolean;
  /** Of a subquery; undefined for the evaluation interval. */
  readonly stepMs: number | undefined;
  /** Of a subquery; that of `x[5m] offset 1m` belongs to its selector. */
  readonly shift: TimeShift;
}

export interface Call {
  readonly kind: 'call';
  readonly offset: number;
  readonly name: string;
  readonly parameters: readonly PromExpression[];
}

export interface Aggregation {
  readonly kind: 'aggregation';
  readonly offset: number;
  readonly name: string;
  readonly parameter: PromExpression | undefined;
  readonly inner: PromExpression;
  readonly grouping: 'by' | 'without' | undefined;
  readonly labels: readonly { readonly name: string; readonly offset: number }[];
}

export interface Binary {
  readonly kind: 'binary';
  readonly offset: number;
  readonly operator: string;
  readonly left: PromExpression;
  readonly right: PromExpression;
  readonly matching: 'on' | 'ignoring' | undefined;
  readonly matchingLabels: readonly string[];
  /** Side with many elements: `group_left` or `group_right`. */
  readonly many: 'left' | 'right' | undefined;
  /** Labels that a result takes over from the other side. */
  readonly included: readonly string[];
  readonly bool: boolean;
}

export interface Unary {
  readonly kind: 'unary';
  readonly offset: number;
  readonly negative: boolean;
  readonly inner: PromExpression;
}

export interface NumberLiteral {
  readonly kind: 'number';
  readonly offset: number;
  readonly value: number;
}

export interface StringLiteral {
  readonly kind: 'string';
  readonly offset: number;
  readonly value: string;
}

export type PromExpression =
  Selector | RangeWindow | Call | Aggregation | Binary | Unary | NumberLiteral | StringLiteral;

const scalarFunctions = new Set(['scalar', 'time', 'pi']);

/** What a query of this expression returns. */
export function typeOf(expression: PromExpression): PromType {
  switch (expression.kind) {
    case 'selector':
    case 'aggregation':
      return 'instant vector';
    case 'window':
      return 'range vector';
    case 'call':
      return scalarFunctions.has(expression.name) ? 'scalar' : 'instant vector';
    case 'binary':
      return typeOf(expression.left) === 'scalar' && typeOf(expression.right) === 'scalar'
        ? 'scalar'
        : 'instant vector';
    case 'unary':
      return typeOf(expression.inner);
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
  }
}

/** The expression and all inside it, outermost first. */
export function partsOf(expression: PromExpression): readonly PromExpression[] {
  switch (expression.kind) {
    case 'selector':
    case 'number':
    case 'string':
      return [expression];
    case 'window':
    case 'unary':
      return [expression, ...partsOf(expression.inner)];
    case 'call':
      return [expression, ...expression.parameters.flatMap(partsOf)];
    case 'aggregation': {
      const parameter = expression.parameter === undefined ? [] : partsOf(expression.parameter);
      return [expression, ...parameter, ...partsOf(expression.inner)];
    }
    case 'binary':
      return [expression, ...partsOf(expression.left), ...partsOf(expression.right)];
  }
}

export function selectorsOf(expression: PromExpression): readonly Selector[] {
  return partsOf(expression).filter((part) => part.kind === 'selector');
}

/** Matchers with the metric's name as one of them, sorted: two selectors with the same text select the same. */
export function matcherTexts(selector: Selector): readonly string[] {
  const texts = selector.matchers.map(({ label, operator, value }) => `${label}${operator}${value}`);
  if (selector.metric !== '') texts.push(`__name__=${selector.metric}`);
  return texts.toSorted((left, right) => (left < right ? -1 : left > right ? 1 : 0));
}
