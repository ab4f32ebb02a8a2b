import * as fc from 'fast-check';

interface ParameterCommon {
  readonly name: string;
  readonly doc: string;
}

/** `minimum` and `maximum` bound what is accepted; `typical` is the narrower range that generated plans draw from. */
export interface NumberParameter extends ParameterCommon {
  readonly type: 'integer' | 'number';
  readonly unit: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly typical: readonly [number, number];
  readonly default: number;
}

export interface ChoiceParameter extends ParameterCommon {
  readonly type: 'choice';
  readonly choices: readonly string[];
  /** What generated plans choose from: what every world has. All choices unless given. */
  readonly drawn?: readonly string[];
  readonly default: string;
}

/** A short text: letters, digits and `._:/-`. Generated plans keep the default. */
export interface TextParameter extends ParameterCommon {
  readonly type: 'text';
  readonly default: string;
}

/** One parameter of a fault kind, as data: it validates a plan, draws a value, and describes itself. */
export type Parameter = NumberParameter | ChoiceParameter | TextParameter;

export type ParameterValue = number | string;
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

const textPattern = /^[A-Za-z0-9._:/-]{1,200}$/;

/** What a value of this parameter must look like, for messages and the catalogue. */
export function describeExpected(parameter: Parameter): string {
  switch (parameter.type) {
    case 'integer':
      return `a whole number of ${parameter.unit} from ${parameter.minimum} to ${parameter.maximum}`;
    case 'number':
      return `a number (${parameter.unit}) from ${parameter.minimum} to ${parameter.maximum}`;
    case 'choice':
      return `one of ${parameter.choices.join(', ')}`;
    case 'text':
      return 'a text of 1 to 200 letters, digits and . _ : / -';
  }
}

export function accepts(parameter: Parameter, value: unknown): value is ParameterValue {
  switch (parameter.type) {
    case 'integer':
      return Number.isSafeInteger(value) && inRange(parameter, value);
    case 'number':
      return Number.isFinite(value) && inRange(parameter, value);
    case 'choice':
      return typeof value === 'string' && parameter.choices.includes(value);
    case 'text':
      return typeof value === 'string' && textPattern.test(value);
  }
}

function inRange(parameter: NumberParameter, value: unknown): boolean {
  return typeof value === 'number' && value >= parameter.minimum && value <= parameter.maximum;
}

/** Draws values that a plan may hold; numbers get at most two digits after the point, so that plans stay readable. */
export function parameterArbitrary(parameter: Parameter): fc.Arbitrary<ParameterValue> {
  switch (parameter.type) {
    case 'integer':
      return fc.integer({ min: parameter.typical[0], max: parameter.typical[1] });
    case 'number':
      return fc
        .integer({ min: Math.ceil(parameter.typical[0] * 100), max: Math.floor(parameter.typical[1] * 100) })
        .map((hundredths) => hundredths / 100);
    case 'choice':
      return fc.constantFrom(...(parameter.drawn ?? parameter.choices));
    case 'text':
      return fc.constant(parameter.default);
  }
}

export function parametersArbitrary(
  parameters: readonly Parameter[],
): fc.Arbitrary<Record<string, ParameterValue>> {
  const byName: Record<string, fc.Arbitrary<ParameterValue>> = {};
  for (const parameter of parameters) byName[parameter.name] = parameterArbitrary(parameter);
  return fc.record(byName);
}

/** The given values, and the defaults for those absent. */
export function withDefaults(
  parameters: readonly Parameter[],
  given: Readonly<Record<string, unknown>>,
): ParameterValues {
  const values: Record<string, ParameterValue> = {};
  for (const parameter of parameters) {
    const value = given[parameter.name];
    values[parameter.name] = accepts(parameter, value) ? value : parameter.default;
  }
  return values;
}

/** A number among values that were completed by `withDefaults`. */
export function numberOf(values: ParameterValues, name: string): number {
  const value = values[name];
  if (typeof value !== 'number') throw new TypeError(`parameter ${name} is not a number`);
  return value;
}

/** A text among values that were completed by `withDefaults`. */
export function textOf(values: ParameterValues, name: string): string {
  const value = values[name];
  if (typeof value !== 'string') throw new TypeError(`parameter ${name} is not a text`);
  return value;
}
