/** A condition of an AnalysisTemplate, in the expression language of Argo (`result[0] < 0.01 && !isNaN(result[0])`). */
export type Condition =
  | { readonly kind: 'literal'; readonly value: number | string | boolean | undefined }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly target: Condition; readonly index: Condition }
  | { readonly kind: 'member'; readonly target: Condition; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly parameters: readonly Condition[] }
  | { readonly kind: 'not'; readonly inner: Condition }
  | { readonly kind: 'negative'; readonly inner: Condition }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Condition;
      readonly right: Condition;
    }
  | { readonly kind: 'choice'; readonly test: Condition; readonly yes: Condition; readonly no: Condition }
  /** `{# < 1}` of `all(result, {# < 1})`. */
  | { readonly kind: 'closure'; readonly body: Condition };

/** The condition and all inside it. */
export function conditionParts(condition: Condition): readonly Condition[] {
  switch (condition.kind) {
    case 'literal':
    case 'name':
      return [condition];
    case 'index':
      return [condition, ...conditionParts(condition.target), ...conditionParts(condition.index)];
    case 'member':
      return [condition, ...conditionParts(condition.target)];
    case 'call':
      return [condition, ...condition.parameters.flatMap(conditionParts)];
    case 'not':
    case 'negative':
      return [condition, ...conditionParts(condition.inner)];
    case 'binary':
      return [condition, ...conditionParts(condition.left), ...conditionParts(condition.right)];
    case 'choice':
      return [condition, ...[condition.test, condition.yes, condition.no].flatMap(conditionParts)];
    case 'closure':
      return [condition, ...conditionParts(condition.body)];
  }
}

export function isResult(condition: Condition): boolean {
  return condition.kind === 'name' && condition.name === 'result';
}

/** `result[0]`: the value of the first series. */
export function isFirstValue(condition: Condition): boolean {
  return condition.kind === 'index' && isResult(condition.target);
}
