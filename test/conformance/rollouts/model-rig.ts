import type { AnalysisMetricSpec } from '../../../scenarios/dry-run/argo/analysis-run.ts';
import type { CanarySpec, CanaryStepSpec } from '../../../scenarios/dry-run/argo/canary-spec.ts';
import { experimentScaleDownDelayMs } from '../../../scenarios/dry-run/argo/experiment-state.ts';
import type { Answer } from '../../../scenarios/dry-run/argo/measurement.ts';
import { RolloutRun } from '../../../scenarios/dry-run/argo/rollout-run.ts';
import {
  newRollout,
  type RolloutState,
  type StartedExperiment,
} from '../../../scenarios/dry-run/argo/rollout-state.ts';
import {
  abortRollout,
  promoteFully,
  promoteRollout,
  retryRollout,
  terminateExperiments,
} from '../../../scenarios/dry-run/argo/user-act.ts';
import { parseCondition } from '../../../scenarios/lint/condition/condition-parser.ts';
import type { Deviation } from './deviations.ts';
import {
  describeExperiment,
  firstVersion,
  goodAnswer,
  hasExperiments,
  plainMessage,
  type Observation,
  type PlannedAct,
  type PlannedAnswer,
  type PlannedExperiment,
  type PlannedMetric,
  type PlannedRollout,
  type PlannedStep,
  type RolloutPlan,
} from './plan.ts';

/** Longer than anything in a plan that ends by itself. */
const restMs = 90_000;
/** What the pods of the fake nodes need on a machine that is not busy. */
const usualPodReadyMs = 500;

/** What the model shows after each act of a plan, with a deliberate error where one is named. */
export function runModel(
  plan: RolloutPlan,
  deviation?: Deviation,
  podReadyMs: number = usualPodReadyMs,
): readonly Observation[] {
  const planned = canarySpec(plan.rollout);
  const spec = deviation?.spec?.(planned) ?? planned;
  const held = new Set<string>();
  const answers = new Map<string, PlannedAnswer>();
  const once = new Map<string, PlannedAnswer>();
  let path: number[] = [];
  const run = new RolloutRun(spec, newRollout(versionName(firstVersion)), {
    podReadyMs: (version) => (held.has(version) ? undefined : podReadyMs),
    lostPods: () => 0,
    answerOf: (metric) => {
      const answer = once.get(metric.name) ?? answers.get(metric.name) ?? goodAnswer;
      once.delete(metric.name);
      return answerOf(metric, deviation?.answer?.(answer) ?? answer);
    },
    measured: () => undefined,
    changed: (_, { stepIndex }) => {
      if (stepIndex !== undefined && stepIndex !== path.at(-1)) path.push(stepIndex);
    },
  });
  rest(run);
  const shown = (): Observation =>
    observe(plan.rollout, run.state, plan.rollout.background === undefined ? path : []);
  const observations = [shown()];
  for (const act of plan.acts) {
    path = path.slice(-1);
    apply(run, act, held, answers, once);
    rest(run);
    observations.push(shown());
  }
  return observations;
}

function rest(run: RolloutRun): void {
  const endMs = run.nowMs + restMs;
  run.settle();
  for (let next = run.nextMs(); next !== undefined && next <= endMs; next = run.nextMs()) {
    run.nowMs = next;
    run.settle();
  }
  run.nowMs = endMs;
  run.settle();
}

function apply(
  run: RolloutRun,
  act: PlannedAct,
  held: Set<string>,
  answers: Map<string, PlannedAnswer>,
  once: Map<string, PlannedAnswer>,
): void {
  switch (act.kind) {
    case 'version': {
      const version = versionName(act.version);
      if (act.held) held.add(version);
      run.change({ ...run.state, version });
      return;
    }
    case 'release':
      held.delete(versionName(act.version));
      run.release(versionName(act.version));
      return;
    case 'scale':
      run.spec = { ...run.spec, replicas: act.replicas };
      return;
    case 'answer':
      answers.set(act.metric, act.answer);
      return;
    case 'answer-once':
      once.set(act.metric, act.answer);
      answers.set(act.metric, act.afterwards);
      return;
    case 'terminate-experiments':
      run.change(terminateExperiments(run.state));
      return;
    case 'restart-controller':
      // It keeps nothing that is not in the objects.
      return;
    case 'abort':
      run.change(abortRollout(run.state));
      return;
    case 'retry':
      run.change(retryRollout(run.state));
      return;
    case 'promote':
      run.change(promoteRollout(run.spec, run.state));
      return;
    case 'promote-full':
      run.change(promoteFully(run.state));
      return;
  }
}

export function versionName(version: number): string {
  return `v${version}`;
}

function answerOf({ template }: AnalysisMetricSpec, answer: PlannedAnswer): Answer {
  if (answer === 'error') return { kind: 'error', message: 'HTTP 503' };
  const numbers = answer.map(Number);
  return { kind: 'result', result: template === 'web' ? numbers[0] : numbers };
}

function observe(planned: PlannedRollout, state: RolloutState, path: readonly number[]): Observation {
  return {
    stepIndex: state.stepIndex ?? null,
    path,
    phase: state.phase,
    message: plainMessage(state.message),
    abort: state.abort,
    stable: state.stableVersion ?? '',
    pauses: state.pauses.map(({ reason }) => reason),
    weight: state.weights?.canary ?? null,
    replicaSets: state.replicaSets
      .filter(({ desired }) => desired > 0)
      .map(({ version, desired, available }) => `${version} ${available}/${desired}`)
      .toSorted((left, right) => left.localeCompare(right, 'en')),
    analyses: state.analyses
      .map(({ kind, stepIndex, run }) => {
        const place = kind === 'step' ? `step ${stepIndex}` : 'background';
        return `${place} ${run.phase}${run.message === '' ? '' : `: ${plainMessage(run.message)}`}`;
      })
      .toSorted((left, right) => left.localeCompare(right, 'en')),
    ...(hasExperiments(planned)
      ? {
          experiments: state.experiments
            .map(shownExperiment)
            .toSorted((left, right) => left.localeCompare(right, 'en')),
          experimentWeights: (state.weights?.experiments ?? []).map(({ weight }) => weight),
        }
      : {}),
  };
}

function shownExperiment({ stepIndex, state }: StartedExperiment): string {
  return describeExperiment({
    stepIndex,
    phase: state.phase ?? '',
    message: state.message,
    templates: state.templates.map(({ name, version, phase, available, desired }) => ({
      name,
      version,
      phase: phase ?? '',
      available,
      desired: desired ?? 0,
    })),
    analyses: state.analyses.map(({ name, phase, run }) => ({
      name,
      phase: phase ?? '',
      run: run?.phase ?? '',
    })),
  });
}

function canarySpec(planned: PlannedRollout): CanarySpec {
  const { background, abortScaleDownDelaySeconds: abortSeconds } = planned;
  return {
    replicas: planned.replicas,
    trafficRouting: planned.routed,
    steps: planned.steps.map((step) => canaryStep(step, planned.progressDeadlineSeconds * 1000)),
    background: background && {
      startingStep: background.startingStep,
      metrics: background.metrics.map(metricSpec),
    },
    dynamicStableScale: planned.dynamicStableScale,
    abortScaleDownDelayMs: abortSeconds === undefined ? undefined : abortSeconds * 1000,
    scaleDownDelayMs: 1_000,
    maxSurge: planned.maxSurge,
    maxUnavailable: planned.maxUnavailable,
    progressDeadlineMs: planned.progressDeadlineSeconds * 1000,
    progressDeadlineAbort: planned.progressDeadlineAbort,
  };
}

function canaryStep(step: PlannedStep, progressDeadlineMs: number): CanaryStepSpec {
  const scale = { kind: 'setCanaryScale', replicas: undefined, weight: undefined } as const;
  switch (step.kind) {
    case 'setWeight':
      return step;
    case 'pause':
      return { kind: 'pause', durationMs: step.seconds === undefined ? undefined : step.seconds * 1000 };
    case 'canaryReplicas':
      return { ...scale, replicas: step.replicas, matchTrafficWeight: false };
    case 'canaryWeight':
      return { ...scale, weight: step.weight, matchTrafficWeight: false };
    case 'matchTrafficWeight':
      return { ...scale, matchTrafficWeight: true };
    case 'analysis':
      return { kind: 'analysis', metrics: step.metrics.map(metricSpec) };
    case 'experiment':
      return experimentStep(step, progressDeadlineMs);
  }
}

function experimentStep(
  { templates, analyses, seconds }: PlannedExperiment,
  progressDeadlineMs: number,
): CanaryStepSpec {
  const experiment = {
    templates,
    analyses: analyses.map(({ name, required, metrics }) => ({
      name,
      metrics: metrics.map(metricSpec),
      requiredForCompletion: required,
    })),
    durationMs: seconds === undefined ? undefined : seconds * 1000,
    progressDeadlineMs,
    scaleDownDelayMs: experimentScaleDownDelayMs,
  };
  return { kind: 'experiment', experiment };
}

function metricSpec(metric: PlannedMetric): AnalysisMetricSpec {
  const condition = (text: string | undefined): AnalysisMetricSpec['success'] =>
    text === undefined ? undefined : parseCondition(text);
  return {
    name: metric.name,
    template: metric.provider,
    dryRun: false,
    success: condition(metric.success),
    failure: condition(metric.failure),
    count: metric.count,
    intervalMs: 1_000,
    initialDelayMs: 0,
    failureLimit: metric.failureLimit,
    inconclusiveLimit: metric.inconclusiveLimit,
    consecutiveErrorLimit: metric.consecutiveErrorLimit,
    consecutiveSuccessLimit: metric.consecutiveSuccessLimit,
  };
}
