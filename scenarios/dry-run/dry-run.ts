import { DocumentProblem } from '../lint/documents/document-problem.ts';
import { formatPlace } from '../lint/documents/source-text.ts';
import type { InputFile } from '../lint/input/collect-file.ts';
import type { LintInput } from '../lint/input/lint-input.ts';
import { readInput } from '../lint/input/read-input.ts';
import type { Resource } from '../lint/input/resource.ts';
import { lintRules } from '../lint/rules/index.ts';
import { suggestion } from '../../chaos/nearest.ts';
import { scriptedAnswers } from './answers.ts';
import type { AnalysisMetricSpec } from './argo/analysis-run.ts';
import type { CanarySpec } from './argo/canary-spec.ts';
import type { ExperimentSpec } from './argo/experiment-state.ts';
import { exposedExperiments } from './exposed-experiments.ts';
import { playExperiment } from './play-experiment.ts';
import { playRollout, type DryRunResult } from './play.ts';
import { experimentRefusals, readExperiment } from './read-experiment.ts';
import { readRollout } from './read-rollout.ts';
import { ScriptProblem, type DryRunScript } from './script.ts';

/** Findings that make the controller refuse a Rollout: it is InvalidSpec, and no step is made. */
const refusing = new Set(['L4', 'L5', 'L6', 'T11']);

export interface DryRunReport {
  readonly kind: 'Rollout' | 'Experiment';
  readonly name: string;
  /** Undefined where the controller refuses the Rollout. */
  readonly result: DryRunResult | undefined;
  /** Why it refuses it. */
  readonly refusals: readonly string[];
  /** What the pods of an experiment get though nobody asked for it. */
  readonly notes: readonly string[];
}

/** Which of several to play; at most one of them is given. */
export interface DryRunChoice {
  readonly rollout?: string | undefined;
  readonly experiment?: string | undefined;
}

/**
 * Plays the Rollout of these files, or the Experiment where they hold no Rollout (by name where there are several).
 * Throws a `DocumentProblem` or a `ScriptProblem`.
 */
export function dryRun(
  files: readonly InputFile[],
  script: DryRunScript,
  choice: DryRunChoice = {},
): DryRunReport {
  const reading = readInput(files, {});
  const problem = reading.problems?.[0];
  if (reading.problems !== undefined) {
    throw problem ?? new DocumentProblem({ file: '', line: 1, column: 1 }, 'cannot be read');
  }
  const { input } = reading;
  const chosen = chosenResource(input, choice);
  const alone = {
    ...input,
    resources: input.resources.filter((other) => other.kind !== chosen.kind || other === chosen),
  };
  return chosen.kind === 'Experiment'
    ? dryRunExperiment(input, chosen, script)
    : dryRunRollout(input, alone, chosen, script);
}

function dryRunRollout(
  input: LintInput,
  alone: LintInput,
  rollout: Resource,
  script: DryRunScript,
): DryRunReport {
  const refusals = lintRules
    .filter((rule) => refusing.has(rule.id))
    .flatMap((rule) =>
      rule.check(alone).map((found) => `${formatPlace(found.place)}  ${rule.id}  ${found.why}`),
    )
    .concat(experimentRefusals(rollout));
  const report = { kind: 'Rollout', name: rollout.name, refusals, notes: [] } as const;
  if (refusals.length > 0) return { ...report, result: undefined };
  const spec = readRollout(input, rollout);
  const result = playRollout(spec, script, scriptedAnswers(input, metricsOfRollout(spec), script));
  return { ...report, result, notes: exposedExperiments(input, rollout) };
}

function dryRunExperiment(input: LintInput, experiment: Resource, script: DryRunScript): DryRunReport {
  const spec = readExperiment(input, experiment);
  const used = metricsOfExperiment(spec);
  const result = playExperiment(spec, script, scriptedAnswers(input, used, script));
  return { kind: 'Experiment', name: experiment.name, result, refusals: [], notes: [] };
}

function metricsOfRollout({ background, steps }: CanarySpec): readonly AnalysisMetricSpec[] {
  const ofSteps = steps.flatMap((step) => {
    if (step.kind === 'analysis') return step.metrics;
    return step.kind === 'experiment' ? metricsOfExperiment(step.experiment) : [];
  });
  return [...(background?.metrics ?? []), ...ofSteps];
}

function metricsOfExperiment({ analyses }: ExperimentSpec): readonly AnalysisMetricSpec[] {
  return analyses.flatMap(({ metrics }) => metrics);
}

function chosenResource(input: LintInput, { rollout, experiment }: DryRunChoice): Resource {
  const kinds = rollout === undefined && experiment === undefined ? ['Rollout', 'Experiment'] : [];
  if (rollout !== undefined) kinds.push('Rollout');
  if (experiment !== undefined) kinds.push('Experiment');
  const kind = kinds.find((each) => input.resources.some((resource) => resource.kind === each)) ?? 'Rollout';
  const all = input.resources.filter((resource) => resource.kind === kind);
  const names = all.map(({ name }) => name);
  const name = rollout ?? experiment;
  const flag = experiment === undefined && kind === 'Rollout' ? '--rollout' : '--experiment';
  const [first, second] = name === undefined ? all : all.filter((resource) => resource.name === name);
  if (first === undefined) {
    throw new ScriptProblem(
      name === undefined
        ? 'no Rollout in these files, and no Experiment'
        : `${flag} ${name}: unknown${suggestion(name, names)}`,
    );
  }
  if (second !== undefined)
    throw new ScriptProblem(`several ${kind}s: choose one by ${flag} ${names.join(' or ')}`);
  return first;
}
