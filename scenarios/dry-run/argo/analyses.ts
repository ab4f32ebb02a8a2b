import { startRun, terminateRun, type AnalysisMetricSpec } from './analysis-run.ts';
import type { CanarySpec } from './canary-spec.ts';
import { isCompleted } from './phase.ts';
import {
  analysisOf,
  canaryOf,
  hasPause,
  isFullyPromoted,
  type RolloutState,
  type StartedAnalysis,
} from './rollout-state.ts';

/** What the analyses say to the rollout. */
export interface AnalysisVerdict {
  readonly state: RolloutState;
  /** A run was inconclusive: the rollout pauses. */
  readonly pauses: boolean;
  /** Why it is to be aborted. */
  readonly abortMessage: string | undefined;
}

/**
 * Starts, ends and reads the AnalysisRuns of a rollout (delivery 14, 15). `aborting` says that an experiment aborts the
 * rollout in this very reconcile.
 */
export function reconcileAnalyses(
  spec: CanarySpec,
  state: RolloutState,
  aborting: boolean,
  nowMs: number,
): AnalysisVerdict {
  const skips =
    aborting ||
    state.abort ||
    state.promoteFull ||
    state.stableVersion === undefined ||
    canaryOf(state)?.scaleDownAtMs !== undefined;
  if (skips) return { state: ended(state, () => true), pauses: false, abortMessage: undefined };
  const step = reconcileStep(spec, state, nowMs);
  const background = reconcileBackground(spec, step.state, state, nowMs);
  const current = [step.current, background.current];
  const kept = {
    ...background.state,
    stepId: step.current,
    backgroundId: background.current,
  };
  const judged = [step, background]
    .filter(({ reads }) => reads)
    .map(({ current: id }) => analysisOf(kept, id)?.run);
  return {
    state: ended(kept, ({ id }) => !current.includes(id)),
    pauses: judged.some((run) => run?.phase === 'Inconclusive'),
    // The later assignment wins.
    abortMessage: judged.findLast((run) => run?.phase === 'Failed' || run?.phase === 'Error')?.message,
  };
}

interface Looked {
  readonly state: RolloutState;
  /** The run that the rollout looks at from now on. */
  readonly current: number | undefined;
  /** Whether its phase decides anything now. */
  readonly reads: boolean;
}

function reconcileStep(spec: CanarySpec, state: RolloutState, nowMs: number): Looked {
  const index = state.stepIndex ?? 0;
  const step = spec.steps[index];
  const known = analysisOf(state, state.stepId);
  if (state.pauses.length > 0) return { state, current: known?.id, reads: false };
  const isOfThisStep = known === undefined || known.stepIndex === index;
  if (step?.kind !== 'analysis' || !isOfThisStep) return { state, current: undefined, reads: false };
  if (needsNewRun(state, known)) return started(state, 'step', index, step.metrics, nowMs);
  return { state, current: known?.id, reads: true };
}

function reconcileBackground(
  spec: CanarySpec,
  state: RolloutState,
  before: RolloutState,
  nowMs: number,
): Looked {
  const { background } = spec;
  const early = (state.stepIndex ?? Infinity) < (background?.startingStep ?? 0);
  if (background === undefined || isFullyPromoted(state) || early) {
    return { state, current: undefined, reads: false };
  }
  const known = analysisOf(state, before.backgroundId);
  if (hasPause(state, 'InconclusiveAnalysisRun')) return { state, current: known?.id, reads: false };
  if (needsNewRun(before, known)) {
    return started(state, 'background', state.stepIndex ?? 0, background.metrics, nowMs);
  }
  return { state, current: known?.id, reads: true };
}

/** After a retry, and after a pause for an inconclusive run that was promoted. */
function needsNewRun(state: RolloutState, known: StartedAnalysis | undefined): boolean {
  if (known === undefined) return true;
  if (state.controllerPause && !hasPause(state, 'CanaryPauseStep')) return known.run.phase === 'Inconclusive';
  return state.abortedAtMs !== undefined;
}

function started(
  state: RolloutState,
  kind: StartedAnalysis['kind'],
  stepIndex: number,
  metrics: readonly AnalysisMetricSpec[],
  nowMs: number,
): Looked {
  const id = state.analyses.length;
  const analyses = [...state.analyses, { id, kind, stepIndex, run: startRun(metrics, nowMs) }];
  return { state: { ...state, analyses }, current: id, reads: false };
}

/** Terminates the runs that are chosen and not over. */
function ended(state: RolloutState, chosen: (analysis: StartedAnalysis) => boolean): RolloutState {
  if (!state.analyses.some((analysis) => chosen(analysis) && !isCompleted(analysis.run.phase))) return state;
  const analyses = state.analyses.map((analysis) =>
    chosen(analysis) && !isCompleted(analysis.run.phase)
      ? { ...analysis, run: terminateRun(analysis.run) }
      : analysis,
  );
  return { ...state, analyses };
}
