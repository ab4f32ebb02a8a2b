import type { Condition } from './condition.ts';

/** What a provider answers: a number, a text, a truth, a list of numbers; undefined for nothing at all. */
export type MetricResult = number | string | boolean | undefined | readonly MetricResult[];

/** A condition that cannot be computed for this result: the measurement is an Error (delivery 35). */
export class ConditionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConditionError';
  }
}

/** The truth of a condition for a result, as Argo evaluates it. Throws a `ConditionError`. */
export function evaluateCondition(condition: Condition, result: MetricResult): boolean {
  const value = evaluate(condition, { result, element: undefined });
  if (typeof value !== 'boolean') throw new ConditionError(`expected bool, but got ${typeName(value)}`);
  return value;
}

interface Scope {
  readonly result: MetricResult;
  /** `#` inside a closure. */
  readonly element: MetricResult;
}

function evaluate(condition: Condition, scope: Scope): MetricResult {
  switch (condition.kind) {
    case 'literal':
      return condition.value;
    case 'name':
      if (condition.name === 'result') return scope.result;
      if (condition.name === '#') return scope.element;
      throw new ConditionError(`unknown name ${condition.name}`);
    case 'index': {
      const target = evaluate(condition.target, scope);
      const index = evaluate(condition.index, scope);
      if (!Array.isArray(target)) throw new ConditionError(`type ${typeName(target)} cannot be indexed`);
      if (typeof index !== 'number' || index < 0 || index >= target.length) {
        throw new ConditionError(`reflect: slice index out of range: metric result is nil or empty`);
      }
      const item: MetricResult = target[index];
      return item;
    }
    case 'member':
      throw new ConditionError(`no field ${condition.name}`);
    case 'call':
      return call(condition.name, condition.parameters, scope);
    case 'not':
      return !truth(evaluate(condition.inner, scope));
    case 'negative':
      return -numeric(evaluate(condition.inner, scope), '-');
    case 'binary':
      return binary(condition, scope);
    case 'choice':
      return evaluate(truth(evaluate(condition.test, scope)) ? condition.yes : condition.no, scope);
    case 'closure':
      throw new ConditionError('a closure stands only inside all, any or none');
  }
}

function binary(condition: Condition & { readonly kind: 'binary' }, scope: Scope): MetricResult {
  const { operator } = condition;
  const left = evaluate(condition.left, scope);
  switch (operator) {
    case '&&':
    case 'and':
      return truth(left) && truth(evaluate(condition.right, scope));
    case '||':
    case 'or':
      return truth(left) || truth(evaluate(condition.right, scope));
    case '??':
      return left ?? evaluate(condition.right, scope);
    default:
      break;
  }
  const right = evaluate(condition.right, scope);
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return numeric(left, operator) < numeric(right, operator);
    case '<=':
      return numeric(left, operator) <= numeric(right, operator);
    case '>':
      return numeric(left, operator) > numeric(right, operator);
    case '>=':
      return numeric(left, operator) >= numeric(right, operator);
    case '+':
      return numeric(left, operator) + numeric(right, operator);
    case '-':
      return numeric(left, operator) - numeric(right, operator);
    case '*':
      return numeric(left, operator) * numeric(right, operator);
    case '/':
      return numeric(left, operator) / numeric(right, operator);
    case '%':
      return numeric(left, operator) % numeric(right, operator);
    case '**':
      return numeric(left, operator) ** numeric(right, operator);
    case 'in':
      return Array.isArray(right) && right.includes(left);
    default:
      throw new ConditionError(`operator ${operator} is not modelled`);
  }
}

function call(name: string, parameters: readonly Condition[], scope: Scope): MetricResult {
  const [first, second] = parameters;
  if (first === undefined) throw new ConditionError(`${name} needs an argument`);
  if (name === 'all' || name === 'any' || name === 'none') return quantified(name, first, second, scope);
  if (name === 'default') return defaulted(first, second, scope);
  const value = evaluate(first, scope);
  switch (name) {
    case 'len':
      if (Array.isArray(value) || typeof value === 'string') return value.length;
      throw new ConditionError(`invalid argument for len (type ${typeName(value)})`);
    case 'isNaN':
      return Number.isNaN(numeric(value, name));
    case 'isInf':
      return Math.abs(numeric(value, name)) === Infinity;
    case 'isNil':
      return value === undefined;
    case 'asFloat':
    case 'asInt': {
      const number = typeof value === 'string' ? Number(value) : numeric(value, name);
      return name === 'asInt' ? Math.trunc(number) : number;
    }
    default:
      throw new ConditionError(`unknown function ${name}`);
  }
}

function quantified(name: string, list: Condition, closure: Condition | undefined, scope: Scope): boolean {
  const items = evaluate(list, scope);
  if (!Array.isArray(items))
    throw new ConditionError(`builtin ${name} takes only array (got ${typeName(items)})`);
  const body = closure?.kind === 'closure' ? closure.body : closure;
  if (body === undefined) throw new ConditionError(`${name} needs a closure`);
  const holds = (element: MetricResult): boolean => truth(evaluate(body, { ...scope, element }));
  if (name === 'all') return items.every(holds);
  return items.some(holds) === (name === 'any');
}

/** `default(value, other)`: the other where the value is nil. The index of an empty list is an error before that. */
function defaulted(first: Condition, second: Condition | undefined, scope: Scope): MetricResult {
  if (second === undefined) throw new ConditionError('default needs two arguments');
  return evaluate(first, scope) ?? evaluate(second, scope);
}

function truth(value: MetricResult): boolean {
  if (typeof value === 'boolean') return value;
  throw new ConditionError(`expected bool, but got ${typeName(value)}`);
}

function numeric(value: MetricResult, operator: string): number {
  if (typeof value === 'number') return value;
  throw new ConditionError(`invalid operation: ${operator} (mismatched type ${typeName(value)})`);
}

function typeName(value: MetricResult): string {
  if (Array.isArray(value)) return '[]float64';
  return value === undefined ? 'nil' : typeof value;
}
