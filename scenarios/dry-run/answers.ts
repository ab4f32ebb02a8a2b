import { suggestion } from '../../chaos/nearest.ts';
import { typeOf } from '../../sim/prometheus/promql/expression.ts';
import type { LintInput } from '../lint/input/lint-input.ts';
import type { AnalysisMetricSpec } from './argo/analysis-run.ts';
import type { Answer } from './argo/measurement.ts';
import { ScriptProblem, type DryRunScript } from './script.ts';

export type AnswerOf = (metric: AnalysisMetricSpec, nowMs: number) => Answer;

/**
 * Answers by the script, in the form that each provider gives them: a vector is a list (delivery 35). Throws a
 * `ScriptProblem` for a value of a metric that is not used, and for a metric without a value.
 */
export function scriptedAnswers(
  input: LintInput,
  used: readonly AnalysisMetricSpec[],
  script: DryRunScript,
): AnswerOf {
  const names = new Set(used.flatMap(namesOf));
  for (const name of script.metrics.keys()) {
    if (!names.has(name))
      throw new ScriptProblem(`--measure ${name}: unknown metric${suggestion(name, [...names])}`);
  }
  const missing = new Set(
    used
      .filter((metric) => !namesOf(metric).some((name) => script.metrics.has(name)))
      .map(({ name }) => name),
  );
  if (missing.size > 0) {
    const list = [...missing];
    throw new ScriptProblem(
      `no value for ${list.join(', ')}: give ${list.map((name) => `--measure ${name}=VALUE`).join(' ')}`,
    );
  }
  return (metric, nowMs) => {
    const name = namesOf(metric).find((each) => script.metrics.has(each)) ?? metric.name;
    const scripted = script.metrics.get(name)?.findLast((answer) => answer.fromMs <= nowMs);
    if (scripted === undefined) return { kind: 'error', message: 'no value yet' };
    if (scripted.answer.kind === 'error') return scripted.answer;
    const { values } = scripted.answer;
    return { kind: 'result', result: isVector(input, metric) ? values : values[0] };
  };
}

/** What a value may be given for, the nearest first: one analysis of an experiment, or the metric wherever it is. */
function namesOf({ analysis, name }: AnalysisMetricSpec): readonly string[] {
  return analysis === undefined ? [name] : [`${analysis}/${name}`, name];
}

function isVector(input: LintInput, spec: AnalysisMetricSpec): boolean {
  const metric = input.metrics.find(
    (candidate) => candidate.template.name === spec.template && candidate.name === spec.name,
  );
  if (metric?.provider !== 'prometheus') return false;
  const expression = metric.query?.expression;
  return expression === undefined || typeOf(expression) !== 'scalar';
}
