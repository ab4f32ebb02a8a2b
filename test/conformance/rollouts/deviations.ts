import type { CanarySpec, CanaryStepSpec } from '../../../scenarios/dry-run/argo/canary-spec.ts';
import type { ExperimentSpec } from '../../../scenarios/dry-run/argo/experiment-state.ts';
import type { PlannedAnswer } from './plan.ts';
import type { RecordSet } from './recording.ts';

/** Deliberate errors of the model, as if it did not see or misread a setting; the records must find each. */
export interface Deviation {
  readonly name: string;
  /** The records that must find it. */
  readonly set: RecordSet;
  spec?(spec: CanarySpec): CanarySpec;
  answer?(answer: PlannedAnswer): PlannedAnswer;
}

function withSteps(change: (step: CanaryStepSpec) => CanaryStepSpec): (spec: CanarySpec) => CanarySpec {
  return (spec) => ({ ...spec, steps: spec.steps.map(change) });
}

function withMetrics(
  change: (metric: NonNullable<CanarySpec['background']>['metrics'][number]) => typeof metric,
): (spec: CanarySpec) => CanarySpec {
  return (spec) => ({
    ...spec,
    steps: spec.steps.map((step) =>
      step.kind === 'analysis' ? { ...step, metrics: step.metrics.map(change) } : step,
    ),
    background: spec.background && { ...spec.background, metrics: spec.background.metrics.map(change) },
  });
}

function withExperiments(
  change: (experiment: ExperimentSpec) => ExperimentSpec,
): (spec: CanarySpec) => CanarySpec {
  return withSteps((step) =>
    step.kind === 'experiment' ? { ...step, experiment: change(step.experiment) } : step,
  );
}

const ofExperiments: readonly Omit<Deviation, 'set'>[] = [
  {
    name: 'analyses of an experiment ignored',
    spec: withExperiments((experiment) => ({ ...experiment, analyses: [] })),
  },
  {
    name: 'no analysis is required',
    spec: withExperiments((experiment) => ({
      ...experiment,
      analyses: experiment.analyses.map((each) => ({ ...each, requiredForCompletion: false })),
    })),
  },
  {
    name: 'every analysis is required',
    spec: withExperiments((experiment) => ({
      ...experiment,
      analyses: experiment.analyses.map((each) => ({ ...each, requiredForCompletion: true })),
    })),
  },
  {
    name: 'duration ignored',
    spec: withExperiments((experiment) => ({ ...experiment, durationMs: undefined })),
  },
  {
    name: 'pods of an experiment stay',
    spec: withExperiments((experiment) => ({ ...experiment, scaleDownDelayMs: 10_000_000 })),
  },
  {
    name: 'pods of an experiment may take for ever',
    spec: withExperiments((experiment) => ({ ...experiment, progressDeadlineMs: 100_000_000 })),
  },
  {
    name: 'versions exchanged',
    spec: withExperiments((experiment) => ({
      ...experiment,
      templates: experiment.templates.map((each) => ({
        ...each,
        specRef: each.specRef === 'stable' ? 'canary' : 'stable',
      })),
    })),
  },
  {
    name: 'weights of an experiment ignored',
    spec: withExperiments((experiment) => ({
      ...experiment,
      templates: experiment.templates.map((each) => ({ ...each, weight: undefined })),
    })),
  },
  {
    name: 'an experiment is a pause',
    spec: withSteps((step) => (step.kind === 'experiment' ? { kind: 'pause', durationMs: 2_000 } : step)),
  },
];

const ofPlans: readonly Omit<Deviation, 'set'>[] = [
  {
    name: 'surge ignored',
    spec: (spec) => ({ ...spec, maxSurge: 0, maxUnavailable: Math.max(1, spec.maxUnavailable) }),
  },
  {
    name: 'unavailability ignored',
    spec: (spec) => ({ ...spec, maxUnavailable: 0, maxSurge: Math.max(1, spec.maxSurge) }),
  },
  { name: 'stable keeps all pods', spec: (spec) => ({ ...spec, dynamicStableScale: false }) },
  { name: 'router ignored', spec: (spec) => ({ ...spec, trafficRouting: false }) },
  {
    name: 'canary scale ignored',
    spec: withSteps((step) =>
      step.kind === 'setCanaryScale' ? { ...step, matchTrafficWeight: true } : step,
    ),
  },
  {
    name: 'weight of the canary scale as replicas',
    spec: withSteps((step) =>
      step.kind === 'setCanaryScale' && step.weight !== undefined ? { ...step, replicas: step.weight } : step,
    ),
  },
  {
    name: 'unlimited pauses end',
    spec: withSteps((step) => (step.kind === 'pause' ? { ...step, durationMs: 1_000 } : step)),
  },
  {
    name: 'starting step ignored',
    spec: (spec) => ({ ...spec, background: spec.background && { ...spec.background, startingStep: 0 } }),
  },
  { name: 'background analysis ignored', spec: (spec) => ({ ...spec, background: undefined }) },
  {
    name: 'one failure more',
    spec: withMetrics((metric) => ({ ...metric, failureLimit: metric.failureLimit + 1 })),
  },
  {
    name: 'four errors more',
    spec: withMetrics((metric) => ({ ...metric, consecutiveErrorLimit: metric.consecutiveErrorLimit + 4 })),
  },
  { name: 'failure condition ignored', spec: withMetrics((metric) => ({ ...metric, failure: undefined })) },
  {
    name: 'consecutive successes ignored',
    spec: withMetrics((metric) => ({ ...metric, consecutiveSuccessLimit: 0 })),
  },
  { name: 'deadline ignored', spec: (spec) => ({ ...spec, progressDeadlineMs: 100_000_000 }) },
  { name: 'deadline never aborts', spec: (spec) => ({ ...spec, progressDeadlineAbort: false }) },
  {
    name: 'NaN is zero',
    answer: (answer) => (answer === 'error' ? answer : answer.map((value) => (value === 'NaN' ? 0 : value))),
  },
  { name: 'nothing is zero', answer: (answer) => (answer.length === 0 ? [0] : answer) },
  { name: 'errors are zero', answer: (answer) => (answer === 'error' ? [0] : answer) },
];

export const deviations: readonly Deviation[] = [
  ...ofPlans.map((each) => ({ ...each, set: 'plans' as const })),
  ...ofExperiments.map((each) => ({ ...each, set: 'experiments' as const })),
];
