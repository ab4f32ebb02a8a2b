import type { CanarySpec } from './canary-spec.ts';
import { isExperimentOver } from './experiment.ts';
import { analysisOf, type RolloutState } from './rollout-state.ts';

/** Abort (delivery 16). */
export function abortRollout(state: RolloutState): RolloutState {
  return { ...state, abort: true };
}

/** Retry (delivery 18): step 0 again, with fresh analyses. */
export function retryRollout(state: RolloutState): RolloutState {
  return { ...state, abort: false };
}

/** Promote (delivery 18): ends the pause, skips an inconclusive analysis, or else skips the current step. */
export function promoteRollout(spec: CanarySpec, state: RolloutState): RolloutState {
  const next = state.stepIndex === undefined ? undefined : Math.min(state.stepIndex + 1, spec.steps.length);
  const inconclusive = analysisOf(state, state.stepId)?.run.phase === 'Inconclusive';
  if (inconclusive && state.pauses.length > 0 && state.controllerPause) {
    return { ...state, pauses: [], controllerPause: false, stepIndex: next };
  }
  return state.pauses.length > 0 ? { ...state, pauses: [] } : { ...state, stepIndex: next };
}

/** Promote without steps, pauses and analyses. */
export function promoteFully(state: RolloutState): RolloutState {
  return state.currentVersion === state.stableVersion ? state : { ...state, promoteFull: true };
}

/** Ends every experiment that is not over: each is Successful then, and its rollout goes on (delivery 34). */
export function terminateExperiments(state: RolloutState): RolloutState {
  const experiments = state.experiments.map((each) =>
    isExperimentOver(each.state) ? each : { ...each, state: { ...each.state, terminate: true } },
  );
  return { ...state, experiments };
}
