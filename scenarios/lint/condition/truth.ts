import type { Bounds } from '../promql/bounds.ts';
import { conditionParts, isFirstValue, isResult, type Condition } from './condition.ts';

/** Whether a condition holds for every value, for none, or for some; `open` where its form says nothing. */
export type Truth = 'always' | 'never' | 'sometimes' | 'open';

/** What a condition says of a number within these bounds (NaN and an empty result are other questions). */
export function truthWithin(condition: Condition, bounds: Bounds): Truth {
  if (condition.kind === 'not') return inverse(truthWithin(condition.inner, bounds));
  if (condition.kind !== 'binary') return 'open';
  const { operator, left, right } = condition;
  if (operator === '&&' || operator === 'and') {
    const both = [truthWithin(left, bounds), truthWithin(right, bounds)];
    if (both.includes('never')) return 'never';
    return both.every((truth) => truth === 'always')
      ? 'always'
      : both.includes('open')
        ? 'open'
        : 'sometimes';
  }
  if (operator === '||' || operator === 'or') {
    const both = [truthWithin(left, bounds), truthWithin(right, bounds)];
    if (both.includes('always')) return 'always';
    return both.every((truth) => truth === 'never') ? 'never' : both.includes('open') ? 'open' : 'sometimes';
  }
  const limit = numberOf(right);
  if (isValue(left) && limit !== undefined) return comparison(operator, bounds, limit);
  const mirrored = numberOf(left);
  if (isValue(right) && mirrored !== undefined) return comparison(mirror(operator), bounds, mirrored);
  return 'open';
}

function inverse(truth: Truth): Truth {
  switch (truth) {
    case 'always':
      return 'never';
    case 'never':
      return 'always';
    case 'sometimes':
    case 'open':
      return truth;
  }
}

function isValue(condition: Condition): boolean {
  if (condition.kind === 'call' && /^(default|asFloat|asInt)$/.test(condition.name)) {
    return condition.parameters[0] !== undefined && isValue(condition.parameters[0]);
  }
  return isFirstValue(condition) || isResult(condition);
}

function numberOf(condition: Condition): number | undefined {
  if (condition.kind === 'literal') return typeof condition.value === 'number' ? condition.value : undefined;
  if (condition.kind !== 'negative') return undefined;
  const inner = numberOf(condition.inner);
  return inner === undefined ? undefined : -inner;
}

function mirror(operator: string): string {
  return operator.startsWith('<')
    ? operator.replace('<', '>')
    : operator.startsWith('>')
      ? operator.replace('>', '<')
      : operator;
}

function comparison(operator: string, { least, greatest }: Bounds, limit: number): Truth {
  const judge = (always: boolean, never: boolean): Truth =>
    always ? 'always' : never ? 'never' : 'sometimes';
  switch (operator) {
    case '<':
      return judge(greatest < limit, least >= limit);
    case '<=':
      return judge(greatest <= limit, least > limit);
    case '>':
      return judge(least > limit, greatest <= limit);
    case '>=':
      return judge(least >= limit, greatest < limit);
    default:
      return 'open';
  }
}

/** Whether the condition provides for a result without series: `len(result) == 0 || …`, `all(result, …)`. An empty list is not nil: `default` does not help. */
export function guardsEmptyResult(condition: Condition): boolean {
  return conditionParts(condition).some(
    (part) => part.kind === 'call' && /^(len|all|any|none)$/.test(part.name),
  );
}

/** Functions that take one number: a list makes the measurement an error (delivery 35). */
const numberFunctions = new Set(['isNaN', 'isInf', 'asInt', 'asFloat']);
const arithmetic = new Set(['<', '<=', '>', '>=', '+', '-', '*', '/', '%', '**']);

/** Whether the whole list of a vector is used where a number is expected: `result < 0.01`. */
export function usesListAsNumber(condition: Condition): boolean {
  return conditionParts(condition).some((part) => {
    if (part.kind === 'binary')
      return arithmetic.has(part.operator) && (isList(part.left) || isList(part.right));
    if (part.kind === 'call') return numberFunctions.has(part.name) && part.parameters.some(isList);
    return part.kind === 'negative' && isList(part.inner);
  });
}

function isList(condition: Condition): boolean {
  if (condition.kind === 'call' && condition.name === 'default') return condition.parameters.some(isResult);
  return isResult(condition);
}

/** Whether a single number is used as a list: `result[0]`, `len(result)`. */
export function usesNumberAsList(condition: Condition): boolean {
  return conditionParts(condition).some(
    (part) =>
      isFirstValue(part) ||
      (part.kind === 'call' && /^(len|all|any|none)$/.test(part.name) && part.parameters.some(isResult)),
  );
}
