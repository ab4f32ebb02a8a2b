import type { CanarySpec } from './canary-spec.ts';
import { isExperimentOver } from './experiment.ts';
import { newExperiment, type ExperimentSpec } from './experiment-state.ts';
import {
  canaryOf,
  experimentOf,
  hasPause,
  stableOf,
  type RolloutState,
  type StartedExperiment,
} from './rollout-state.ts';

/** What the experiments say to the rollout. */
export interface ExperimentVerdict {
  readonly state: RolloutState;
  /** The experiment that the status names from now on; none once it is over. */
  readonly currentId: number | undefined;
  /** It was inconclusive: the rollout pauses. */
  readonly pauses: boolean;
  /** Why the rollout is to be aborted. */
  readonly abortMessage: string | undefined;
}

/**
 * Starts, reads and terminates the Experiments of a rollout (delivery 40). One that was started for the same version
 * and step and is not over is taken up again, by a controller that has forgotten it; otherwise a new one starts.
 *
 * As the controller has it: an inconclusive experiment pauses the rollout and is forgotten, so that the step starts
 * the next one at once, pause or not.
 */
export function reconcileExperiments(
  spec: CanarySpec,
  state: RolloutState,
  nowMs: number,
): ExperimentVerdict {
  const silent = { state, currentId: undefined, pauses: false, abortMessage: undefined };
  if (state.abort || state.promoteFull) return { ...silent, state: terminated(state, () => true) };
  if (hasPause(state, 'InconclusiveAnalysisRun')) return silent;
  const step = spec.steps[state.stepIndex ?? 0];
  if (step?.kind !== 'experiment') return { ...silent, state: terminated(state, () => true) };
  const known = experimentOf(state, state.experimentId);
  if (known === undefined && stableOf(state) === undefined) return silent;
  const { state: next, experiment } =
    known === undefined ? started(state, step.experiment, nowMs) : { state, experiment: known };
  const kept = terminated(next, ({ id }) => id !== experiment.id);
  const { phase, message } = experiment.state;
  switch (phase) {
    case 'Inconclusive':
      return { ...silent, state: kept, pauses: true };
    case 'Error':
    case 'Failed':
      return { ...silent, state: kept, abortMessage: message };
    case 'Successful':
      return { ...silent, state: kept };
    case undefined:
    case 'Pending':
    case 'Running':
      return { ...silent, state: kept, currentId: experiment.id };
  }
}

function started(
  state: RolloutState,
  experiment: ExperimentSpec,
  nowMs: number,
): { readonly state: RolloutState; readonly experiment: StartedExperiment } {
  const revision = canaryOf(state)?.revision ?? 0;
  const stepIndex = state.stepIndex ?? 0;
  const own = state.experiments.filter((each) => each.revision === revision && each.stepIndex === stepIndex);
  const adopted = own.find((each) => !isExperimentOver(each.state));
  if (adopted !== undefined) return { state, experiment: adopted };
  const created: StartedExperiment = {
    id: state.experiments.length,
    revision,
    stepIndex,
    attempt: own.length,
    startedMs: nowMs,
    spec: experiment,
    state: newExperiment(experiment, ({ specRef }) =>
      specRef === 'canary' ? state.version : (state.stableVersion ?? state.version),
    ),
  };
  return { state: { ...state, experiments: [...state.experiments, created] }, experiment: created };
}

/** Asks those that are chosen and not over to end. */
function terminated(state: RolloutState, chosen: (experiment: StartedExperiment) => boolean): RolloutState {
  const goes = (each: StartedExperiment): boolean =>
    chosen(each) && !each.state.terminate && !isExperimentOver(each.state);
  if (!state.experiments.some(goes)) return state;
  const experiments = state.experiments.map((each) =>
    goes(each) ? { ...each, state: { ...each.state, terminate: true } } : each,
  );
  return { ...state, experiments };
}

/** Percent of the traffic that a router gives to templates of the experiment while it runs. */
export function experimentWeights(
  spec: CanarySpec,
  state: RolloutState,
): readonly { readonly template: string; readonly weight: number }[] {
  const index = state.stepIndex ?? 0;
  const step =
    spec.steps[index] && spec.steps.slice(0, index + 1).findLast(({ kind }) => kind === 'experiment');
  const current = experimentOf(state, state.experimentId);
  if (step?.kind !== 'experiment' || current?.state.phase !== 'Running') return [];
  // Of an experiment that a promotion has taken into the next one's step, templates of that step's names.
  const { templates } = step.experiment;
  return current.state.templates.flatMap(({ name }) => {
    const weight = templates.find((template) => template.name === name)?.weight;
    return weight === undefined ? [] : [{ template: name, weight }];
  });
}
