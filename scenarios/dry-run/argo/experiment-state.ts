import { startRun, type AnalysisMetricSpec, type AnalysisRun } from './analysis-run.ts';
import type { AnalysisPhase } from './phase.ts';

/** Pods of one version beside the rollout's own, outside all of its counts (delivery 40). */
export interface ExperimentTemplateSpec {
  readonly name: string;
  /** Whose pod template is taken when the experiment starts; an Experiment of its own names its version. */
  readonly specRef: 'stable' | 'canary';
  readonly replicas: number;
  /** Percent of the traffic while the experiment runs; of routers that can only. */
  readonly weight: number | undefined;
}

export interface ExperimentAnalysisSpec {
  readonly name: string;
  readonly metrics: readonly AnalysisMetricSpec[];
  /** The experiment ends when all that are required are Successful, and not before they are over. */
  readonly requiredForCompletion: boolean;
}

/** An Experiment, as far as the controller's decisions depend on it (delivery 39). */
export interface ExperimentSpec {
  readonly templates: readonly ExperimentTemplateSpec[];
  readonly analyses: readonly ExperimentAnalysisSpec[];
  /** From the time at which all pods are available; undefined for one that only its analyses end. */
  readonly durationMs: number | undefined;
  readonly progressDeadlineMs: number;
  /** How long the pods stay after the end. */
  readonly scaleDownDelayMs: number;
}

/** An experiment of a rollout keeps its pods for this long after its end; a step cannot say otherwise. */
export const experimentScaleDownDelayMs = 30_000;

/** Phases of one template's pods, best first. */
export const templatePhases = ['Successful', 'Running', 'Progressing', 'Failed'] as const;

export type TemplatePhase = (typeof templatePhases)[number];

/** A template with its ReplicaSet. */
export interface TemplateState {
  readonly name: string;
  readonly version: string;
  /** Undefined until the ReplicaSet is there, which starts without pods. */
  readonly desired: number | undefined;
  readonly available: number;
  /** When the pods go; undefined for pods that stay. */
  readonly scaleDownAtMs: number | undefined;
  /** Undefined until the controller has looked at it. */
  readonly phase: TemplatePhase | undefined;
  readonly message: string;
  /** Pods wanted and available when the controller looked last. */
  readonly seen: { readonly desired: number; readonly available: number };
  /** When a count changed last; the progress deadline counts from it. */
  readonly changedMs: number | undefined;
}

export interface ExperimentAnalysisState {
  readonly name: string;
  /** Undefined until it is started. */
  readonly run: AnalysisRun | undefined;
  /** What the experiment has seen of it: of a run that is terminated the end is not looked at any more. */
  readonly phase: AnalysisPhase | undefined;
  readonly message: string;
}

export interface ExperimentState {
  /** Undefined until the controller has looked at it. */
  readonly phase: AnalysisPhase | undefined;
  readonly message: string;
  /** When all pods were available for the first time. */
  readonly availableAtMs: number | undefined;
  /** Asked to end from outside: Successful, with no evidence (delivery 34). */
  readonly terminate: boolean;
  readonly templates: readonly TemplateState[];
  readonly analyses: readonly ExperimentAnalysisState[];
}

/** An experiment that nobody has looked at yet. */
export function newExperiment(
  spec: ExperimentSpec,
  versionOf: (template: ExperimentTemplateSpec) => string,
): ExperimentState {
  return {
    phase: undefined,
    message: '',
    availableAtMs: undefined,
    terminate: false,
    templates: spec.templates.map((template) => ({
      name: template.name,
      version: versionOf(template),
      desired: undefined,
      available: 0,
      scaleDownAtMs: undefined,
      phase: undefined,
      message: '',
      seen: { desired: 0, available: 0 },
      changedMs: undefined,
    })),
    analyses: spec.analyses.map(({ name }) => ({ name, run: undefined, phase: undefined, message: '' })),
  };
}

export function startExperimentAnalysis(
  { metrics }: ExperimentAnalysisSpec,
  state: ExperimentAnalysisState,
  nowMs: number,
): ExperimentAnalysisState {
  return { ...state, run: startRun(metrics, nowMs), phase: 'Pending' };
}

/** Whether a template is over. */
export function isTemplateOver(phase: TemplatePhase | undefined): boolean {
  return phase === 'Successful' || phase === 'Failed';
}
