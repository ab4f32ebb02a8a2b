import type { Condition } from '../../lint/condition/condition.ts';
import { ConditionError, evaluateCondition, type MetricResult } from '../../lint/condition/evaluate.ts';
import type { MeasurementPhase } from './phase.ts';

/** What a provider gave: a result, or an error (unreachable, HTTP 503, time-out). */
export type Answer =
  | { readonly kind: 'result'; readonly result: MetricResult }
  | { readonly kind: 'error'; readonly message: string };

export interface MetricConditions {
  readonly success: Condition | undefined;
  readonly failure: Condition | undefined;
}

export interface Measurement {
  readonly phase: MeasurementPhase;
  /** Why it is an Error. */
  readonly message: string | undefined;
}

/** The phase of one measurement (delivery 27): an error first, then the failure condition, then the success condition. */
export function measure(conditions: MetricConditions, answer: Answer): Measurement {
  if (answer.kind === 'error') return { phase: 'Error', message: answer.message };
  const { success, failure } = conditions;
  try {
    const succeeds = success !== undefined && evaluateCondition(success, answer.result);
    const fails = failure !== undefined && evaluateCondition(failure, answer.result);
    return { phase: phaseOf(success, failure, succeeds, fails), message: undefined };
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    return { phase: 'Error', message: error.message };
  }
}

function phaseOf(
  success: Condition | undefined,
  failure: Condition | undefined,
  succeeds: boolean,
  fails: boolean,
): MeasurementPhase {
  if (success === undefined && failure === undefined) return 'Successful';
  if (success !== undefined && failure === undefined) return succeeds ? 'Successful' : 'Failed';
  if (fails) return 'Failed';
  if (success === undefined) return 'Successful';
  return succeeds ? 'Successful' : 'Inconclusive';
}
