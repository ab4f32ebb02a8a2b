import type { AnalysisRun } from './analysis-run.ts';

export type RolloutPhase = 'Progressing' | 'Paused' | 'Degraded' | 'Healthy';

export type PauseReason = 'CanaryPauseStep' | 'InconclusiveAnalysisRun';

/** Pods of one ReplicaSet: how many are wanted, how many are available. */
export interface ReplicaSetState {
  readonly desired: number;
  readonly available: number;
}

/** Status of a Rollout while it moves from its stable version to a new one. */
export interface RolloutState {
  readonly stepIndex: number;
  /** Weight that the router has. */
  readonly weight: number;
  readonly canary: ReplicaSetState;
  readonly stable: ReplicaSetState;
  readonly pause: { readonly reason: PauseReason; readonly sinceMs: number } | undefined;
  readonly aborted: { readonly sinceMs: number; readonly message: string } | undefined;
  readonly promoteFull: boolean;
  readonly background: AnalysisRun | undefined;
  /** The run of the current step. */
  readonly step: AnalysisRun | undefined;
  /** When the canary goes after an abort; undefined as long as stable has not its replicas, or for ever. */
  readonly scaleDownAtMs: number | undefined;
  readonly progressedMs: number;
  readonly promoted: boolean;
}

export function initialState(replicas: number): RolloutState {
  return {
    stepIndex: 0,
    weight: 0,
    canary: { desired: 0, available: 0 },
    stable: { desired: replicas, available: replicas },
    pause: undefined,
    aborted: undefined,
    promoteFull: false,
    background: undefined,
    step: undefined,
    scaleDownAtMs: undefined,
    progressedMs: 0,
    promoted: false,
  };
}

/** Phase as the controller shows it (delivery 16, 21). */
export function phaseOf(state: RolloutState, deadlineExceeded: boolean): RolloutPhase {
  if (state.promoted) return 'Healthy';
  if (state.aborted !== undefined) return 'Degraded';
  if (state.pause !== undefined) return 'Paused';
  return deadlineExceeded ? 'Degraded' : 'Progressing';
}
