import { DocumentProblem } from '../lint/documents/document-problem.ts';
import { formatPlace } from '../lint/documents/source-text.ts';
import type { InputFile } from '../lint/input/collect-file.ts';
import type { LintInput } from '../lint/input/lint-input.ts';
import { readInput } from '../lint/input/read-input.ts';
import type { Resource } from '../lint/input/resource.ts';
import { typeOf } from '../../sim/prometheus/promql/expression.ts';
import { lintRules } from '../lint/rules/index.ts';
import { suggestion } from '../../chaos/nearest.ts';
import type { AnalysisMetricSpec } from './argo/analysis-run.ts';
import type { CanarySpec } from './argo/canary-spec.ts';
import type { Answer } from './argo/measurement.ts';
import { playRollout, type DryRunResult } from './play.ts';
import { readRollout } from './read-rollout.ts';
import { ScriptProblem, type DryRunScript } from './script.ts';

/** Findings that make the controller refuse a Rollout: it is InvalidSpec, and no step is made. */
const refusing = new Set(['L4', 'L5', 'L6', 'T11']);

export interface DryRunReport {
  readonly rollout: string;
  /** Undefined where the controller refuses the Rollout. */
  readonly result: DryRunResult | undefined;
  /** Why it refuses it. */
  readonly refusals: readonly string[];
}

/** Plays the Rollout of these files (the one of this name where there are several). Throws a `DocumentProblem` or a `ScriptProblem`. */
export function dryRun(files: readonly InputFile[], script: DryRunScript, name?: string): DryRunReport {
  const reading = readInput(files, {});
  const problem = reading.problems?.[0];
  if (reading.problems !== undefined) {
    throw problem ?? new DocumentProblem({ file: '', line: 1, column: 1 }, 'cannot be read');
  }
  const rollout = chosenRollout(reading.input, name);
  const alone = {
    ...reading.input,
    resources: reading.input.resources.filter((other) => other.kind !== 'Rollout' || other === rollout),
  };
  const refusals = lintRules
    .filter((rule) => refusing.has(rule.id))
    .flatMap((rule) =>
      rule.check(alone).map((found) => `${formatPlace(found.place)}  ${rule.id}  ${found.why}`),
    );
  if (refusals.length > 0) return { rollout: rollout.name, result: undefined, refusals };
  const spec = readRollout(reading.input, rollout);
  return {
    rollout: rollout.name,
    result: playRollout(spec, script, answers(reading.input, spec, script)),
    refusals,
  };
}

function chosenRollout(input: LintInput, name: string | undefined): Resource {
  const rollouts = input.resources.filter((resource) => resource.kind === 'Rollout');
  const names = rollouts.map((rollout) => rollout.name);
  const fitting = name === undefined ? rollouts : rollouts.filter((rollout) => rollout.name === name);
  const [first, second] = fitting;
  if (first === undefined) {
    throw new ScriptProblem(
      name === undefined
        ? 'no Rollout in these files'
        : `--rollout ${name}: unknown${suggestion(name, names)}`,
    );
  }
  if (second !== undefined)
    throw new ScriptProblem(`several Rollouts: choose one by --rollout ${names.join(' or ')}`);
  return first;
}

/** Answers by the script, in the form that each provider gives them: a vector is a list (delivery 35). */
function answers(
  input: LintInput,
  spec: CanarySpec,
  script: DryRunScript,
): (metric: AnalysisMetricSpec, nowMs: number) => Answer {
  const used = [
    ...(spec.background?.metrics ?? []),
    ...spec.steps.flatMap((step) => (step.kind === 'analysis' ? step.metrics : [])),
  ];
  const names = new Set(used.map((metric) => metric.name));
  for (const name of script.metrics.keys()) {
    if (!names.has(name))
      throw new ScriptProblem(`--measure ${name}: unknown metric${suggestion(name, [...names])}`);
  }
  const missing = [...names].filter((name) => !script.metrics.has(name));
  if (missing.length > 0) {
    throw new ScriptProblem(
      `no value for ${missing.join(', ')}: give ${missing.map((name) => `--measure ${name}=VALUE`).join(' ')}`,
    );
  }
  return (metric, nowMs) => {
    const scripted = script.metrics.get(metric.name)?.findLast((answer) => answer.fromMs <= nowMs);
    if (scripted === undefined) return { kind: 'error', message: 'no value yet' };
    if (scripted.answer.kind === 'error') return scripted.answer;
    const { values } = scripted.answer;
    return { kind: 'result', result: isVector(input, metric) ? values : values[0] };
  };
}

function isVector(input: LintInput, spec: AnalysisMetricSpec): boolean {
  const metric = input.metrics.find(
    (candidate) => candidate.template.name === spec.template && candidate.name === spec.name,
  );
  if (metric?.provider !== 'prometheus') return false;
  const expression = metric.query?.expression;
  return expression === undefined || typeOf(expression) !== 'scalar';
}
