import { DocumentProblem } from '../lint/documents/document-problem.ts';
import { nodeAt, numberAt, textAt, type ManifestNode } from '../lint/documents/manifest-node.ts';
import { analysisUses, type AnalysisUse } from '../lint/input/analysis-uses.ts';
import type { LintInput } from '../lint/input/lint-input.ts';
import { absoluteOrPercent, hasTrafficRouting, replicasOf } from '../lint/input/replicas.ts';
import { canarySteps, placeOf, type CanaryStep, type Resource } from '../lint/input/resource.ts';
import { durationMs } from '../../sim/prometheus/promql/lexer.ts';
import { rolloutDefaults, type CanarySpec, type CanaryStepSpec } from './argo/canary-spec.ts';
import { readExperimentStep } from './read-experiment.ts';
import { metricsOfUse } from './read-metrics.ts';

/** A Rollout as the model needs it. Throws a `DocumentProblem` for what the model does not know. */
export function readRollout(input: LintInput, rollout: Resource): CanarySpec {
  const canary = nodeAt(rollout.root, 'spec', 'strategy', 'canary');
  if (canary === undefined) {
    throw new DocumentProblem(
      rollout.root.place,
      `Rollout ${rollout.name} has no canary strategy; only canaries are played`,
    );
  }
  const steps = canarySteps(rollout);
  const double = steps.find((step, index) => steps[index - 1]?.index === step.index);
  if (double !== undefined) {
    throw new DocumentProblem(double.keyPlace, 'a step that does several things at once is not modelled');
  }
  const replicas = replicasOf(rollout);
  const uses = analysisUses(input).filter((use) => use.owner === rollout);
  const background = uses.filter((use) => use.role === 'background');
  const surge = textAt(canary, 'maxSurge') ?? rolloutDefaults.maxSurge;
  const unavailable = textAt(canary, 'maxUnavailable') ?? rolloutDefaults.maxUnavailable;
  const maxSurge = absoluteOrPercent(surge, replicas, 'up') ?? 0;
  const down = absoluteOrPercent(unavailable, replicas, 'down') ?? 0;
  const seconds = (node: ManifestNode | undefined, key: string, defaultMs: number): number =>
    (numberAt(node, key) ?? defaultMs / 1000) * 1000;
  const progressDeadlineMs = seconds(
    nodeAt(rollout.root, 'spec'),
    'progressDeadlineSeconds',
    rolloutDefaults.progressDeadlineMs,
  );
  return {
    replicas,
    trafficRouting: hasTrafficRouting(rollout),
    steps: steps.map((step) => readStep(input, step, uses, progressDeadlineMs)),
    background:
      background.length === 0
        ? undefined
        : {
            startingStep: numberAt(canary, 'analysis', 'startingStep') ?? 0,
            metrics: background.flatMap((use) => metricsOfUse(input, use)),
          },
    dynamicStableScale: textAt(canary, 'dynamicStableScale') === 'true',
    abortScaleDownDelayMs:
      numberAt(canary, 'abortScaleDownDelaySeconds') === undefined
        ? undefined
        : seconds(canary, 'abortScaleDownDelaySeconds', 0),
    scaleDownDelayMs: seconds(canary, 'scaleDownDelaySeconds', rolloutDefaults.scaleDownDelayMs),
    maxSurge,
    // Both 0 would never move (delivery 11).
    maxUnavailable: maxSurge === 0 && down === 0 ? 1 : down,
    progressDeadlineMs,
    progressDeadlineAbort: textAt(rollout.root, 'spec', 'progressDeadlineAbort') === 'true',
  };
}

function readStep(
  input: LintInput,
  step: CanaryStep,
  uses: readonly AnalysisUse[],
  progressDeadlineMs: number,
): CanaryStepSpec {
  switch (step.key) {
    case 'setWeight':
      return { kind: 'setWeight', weight: numberAt(step.value) ?? 0 };
    case 'pause':
      return { kind: 'pause', durationMs: pauseMs(step.value) };
    case 'setCanaryScale':
      return {
        kind: 'setCanaryScale',
        replicas: numberAt(step.value, 'replicas'),
        weight: numberAt(step.value, 'weight'),
        matchTrafficWeight: textAt(step.value, 'matchTrafficWeight') === 'true',
      };
    case 'setHeaderRoute':
    case 'setMirrorRoute':
      return { kind: 'route' };
    case 'analysis': {
      const names = uses.filter((use) => use.role === 'step' && isWithin(step, use));
      return { kind: 'analysis', metrics: names.flatMap((use) => metricsOfUse(input, use)) };
    }
    case 'experiment':
      return {
        kind: 'experiment',
        experiment: readExperimentStep(input, step.value, uses, progressDeadlineMs),
      };
    default:
      throw new DocumentProblem(step.keyPlace, `the step ${step.key} is not modelled`);
  }
}

/** Whether a reference stands in this step: behind its key and before anything that stands at the same depth. */
function isWithin(step: CanaryStep, use: AnalysisUse): boolean {
  const templates = nodeAt(step.value, 'templates');
  return (
    templates?.kind === 'list' &&
    templates.items.some((item) => {
      const place = placeOf(item, 'templateName');
      return place.line === use.place.line && place.column === use.place.column;
    })
  );
}

/** A plain number is seconds. */
function pauseMs(node: ManifestNode): number | undefined {
  const text = textAt(node, 'duration');
  if (text === undefined) return undefined;
  return durationMs(/^\d+$/.test(text) ? `${text}s` : text);
}
