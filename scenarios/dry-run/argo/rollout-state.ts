import type { AnalysisRun } from './analysis-run.ts';
import type { ExperimentSpec, ExperimentState } from './experiment-state.ts';

export type RolloutPhase = 'Progressing' | 'Paused' | 'Degraded' | 'Healthy';

export type PauseReason = 'CanaryPauseStep' | 'InconclusiveAnalysisRun' | 'InconclusiveExperiment';

export interface Pause {
  readonly reason: PauseReason;
  readonly sinceMs: number;
}

/** Pods of one version: how many are wanted, how many are available. */
export interface ReplicaSetState {
  readonly version: string;
  readonly revision: number;
  readonly desired: number;
  readonly available: number;
  /** `replicas` of the rollout when this was scaled last; a difference is a scaling event (delivery 22). */
  readonly rolloutReplicas: number | undefined;
  /** When it goes; undefined for one that stays. */
  readonly scaleDownAtMs: number | undefined;
}

export interface RouterWeights {
  /** Percent of the traffic. */
  readonly canary: number;
  readonly canaryVersion: string;
  readonly stableVersion: string | undefined;
  /** What the templates of a running experiment get of stable's share. */
  readonly experiments: readonly { readonly template: string; readonly weight: number }[];
}

/** Versions that the Services of a router select; undefined until the first has all its pods. */
export interface ServiceTargets {
  readonly canary: string | undefined;
  readonly stable: string | undefined;
}

/** An AnalysisRun and why it was started. */
export interface StartedAnalysis {
  readonly id: number;
  readonly kind: 'background' | 'step';
  readonly stepIndex: number;
  readonly run: AnalysisRun;
}

/** An Experiment that a step has started. */
export interface StartedExperiment {
  readonly id: number;
  /** The revision and the step that it is named by; `attempt` is 0 for the first of that name. */
  readonly revision: number;
  readonly stepIndex: number;
  readonly attempt: number;
  readonly startedMs: number;
  readonly spec: ExperimentSpec;
  readonly state: ExperimentState;
}

/** The controller's condition `Progressing`. */
export interface ProgressCondition {
  readonly reason: ProgressReason;
  readonly message: string;
  readonly updatedMs: number;
}

export type ProgressReason =
  | 'NewReplicaSetCreated'
  | 'ReplicaSetUpdated'
  | 'ReplicaSetNotAvailable'
  | 'NewReplicaSetAvailable'
  | 'RolloutPaused'
  | 'RolloutResumed'
  | 'RolloutRetry'
  | 'RolloutAborted'
  | 'ProgressDeadlineExceeded';

/** Sums over the ReplicaSets as the status shows them. */
export interface ReplicaCounts {
  readonly replicas: number;
  readonly updated: number;
  readonly available: number;
}

/** A Rollout: the version that is wanted, its status, its ReplicaSets and its AnalysisRuns. */
export interface RolloutState {
  readonly version: string;
  /** The version of which the status speaks; behind `version` until the change is seen. */
  readonly currentVersion: string | undefined;
  readonly stableVersion: string | undefined;
  readonly replicaSets: readonly ReplicaSetState[];
  /** Undefined without steps. */
  readonly stepIndex: number | undefined;
  /** Undefined without a router. */
  readonly weights: RouterWeights | undefined;
  readonly services: ServiceTargets;
  readonly pauses: readonly Pause[];
  /** The controller has paused; a pause that is gone meanwhile was promoted. */
  readonly controllerPause: boolean;
  readonly abort: boolean;
  readonly abortedAtMs: number | undefined;
  readonly promoteFull: boolean;
  readonly analyses: readonly StartedAnalysis[];
  /** Ids of those that the rollout looks at. */
  readonly backgroundId: number | undefined;
  readonly stepId: number | undefined;
  readonly experiments: readonly StartedExperiment[];
  /** Id of the one that the status names; none before it starts and once it is over. */
  readonly experimentId: number | undefined;
  readonly progress: ProgressCondition | undefined;
  readonly pausedCondition: boolean;
  readonly healthyCondition: boolean | undefined;
  readonly counts: ReplicaCounts;
  readonly phase: RolloutPhase;
  readonly message: string;
}

/** A rollout that nobody has looked at yet. */
export function newRollout(version: string): RolloutState {
  return {
    version,
    currentVersion: undefined,
    stableVersion: undefined,
    replicaSets: [],
    stepIndex: undefined,
    weights: undefined,
    services: { canary: undefined, stable: undefined },
    pauses: [],
    controllerPause: false,
    abort: false,
    abortedAtMs: undefined,
    promoteFull: false,
    analyses: [],
    backgroundId: undefined,
    stepId: undefined,
    experiments: [],
    experimentId: undefined,
    progress: undefined,
    pausedCondition: false,
    healthyCondition: undefined,
    counts: { replicas: 0, updated: 0, available: 0 },
    phase: 'Progressing',
    message: '',
  };
}

export function replicaSetOf(state: RolloutState, version: string | undefined): ReplicaSetState | undefined {
  return state.replicaSets.find((set) => set.version === version);
}

/** The ReplicaSet of the version that is wanted. */
export function canaryOf(state: RolloutState): ReplicaSetState | undefined {
  return replicaSetOf(state, state.version);
}

/** The ReplicaSet of the stable version, which is that of the canary once it is promoted. */
export function stableOf(state: RolloutState): ReplicaSetState | undefined {
  return replicaSetOf(state, state.stableVersion);
}

/** ReplicaSets that are neither the canary nor stable. */
export function othersOf(state: RolloutState): readonly ReplicaSetState[] {
  return state.replicaSets.filter(
    ({ version }) => version !== state.version && version !== state.stableVersion,
  );
}

export function withReplicaSet(state: RolloutState, changed: ReplicaSetState): RolloutState {
  const replicaSets = state.replicaSets.map((set) => (set.version === changed.version ? changed : set));
  return { ...state, replicaSets };
}

/** Whether stable is the version of which the status speaks. */
export function isFullyPromoted({ stableVersion, currentVersion }: RolloutState): boolean {
  return stableVersion !== undefined && stableVersion === currentVersion;
}

export function hasPause({ pauses }: RolloutState, reason: PauseReason): boolean {
  return pauses.some((pause) => pause.reason === reason);
}

export function analysisOf({ analyses }: RolloutState, id: number | undefined): StartedAnalysis | undefined {
  return id === undefined ? undefined : analyses.find((analysis) => analysis.id === id);
}

export function experimentOf(
  { experiments }: RolloutState,
  id: number | undefined,
): StartedExperiment | undefined {
  return id === undefined ? undefined : experiments.find((experiment) => experiment.id === id);
}
