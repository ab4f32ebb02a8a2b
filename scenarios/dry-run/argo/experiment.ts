import { terminateRun } from './analysis-run.ts';
import { isTimeOver, reconciledTemplate } from './experiment-templates.ts';
import {
  startExperimentAnalysis,
  templatePhases,
  type ExperimentAnalysisSpec,
  type ExperimentAnalysisState,
  type ExperimentSpec,
  type ExperimentState,
  type TemplatePhase,
} from './experiment-state.ts';
import { analysisPhases, isCompleted, type AnalysisPhase } from './phase.ts';

/** How the phase of what is assessed reads, and why. */
interface Assessment {
  readonly phase: AnalysisPhase;
  readonly message: string;
}

/**
 * One reconcile of an Experiment by the controller of Argo Rollouts 1.8 (delivery 39): its ReplicaSets, then its
 * AnalysisRuns, which start when all pods are available, then its phase. Returns an equal state where nothing is to be
 * done.
 *
 * As the controller has it: an experiment that is terminated is Successful, whatever was measured; and one whose
 * required analyses succeed while another still runs, or that is terminated while a required one runs, stays Running
 * for ever without pods, since it does not look at analyses any more that it has terminated.
 *
 * Not modelled: Services of templates (but for the weights that need them), errors of the API server, changed specs,
 * a template's minReadySeconds.
 */
export function reconcileExperiment(
  spec: ExperimentSpec,
  before: ExperimentState,
  nowMs: number,
): ExperimentState {
  const ends = isEnding(spec, before);
  const templates = before.templates.flatMap((state, index) => {
    const template = spec.templates[index];
    return template === undefined ? [] : reconciledTemplate(spec, before, template, state, ends, nowMs);
  });
  const analyses = before.analyses.flatMap((state, index) => {
    const analysis = spec.analyses[index];
    return analysis === undefined ? [] : reconciledAnalysis(before, analysis, state, ends, nowMs);
  });
  return withPhase(spec, { ...before, templates, analyses }, nowMs);
}

/** Whether an experiment ends: its pods go, and its analyses are terminated. */
export function isEnding(spec: ExperimentSpec, state: ExperimentState): boolean {
  return (
    state.terminate ||
    isExperimentOver(state) ||
    state.templates.some(({ phase }) => phase === 'Failed') ||
    state.analyses.some(({ phase }) => phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive') ||
    areRequiredSuccessful(spec, state)
  );
}

export function isExperimentOver({ phase }: ExperimentState): boolean {
  return phase !== undefined && isCompleted(phase);
}

/** The next time at which an experiment changes by itself; analyses aside. Undefined where it never does. */
export function nextExperimentMs(
  spec: ExperimentSpec,
  state: ExperimentState,
  nowMs: number,
): number | undefined {
  const times: number[] = [];
  const { availableAtMs } = state;
  const ends = isEnding(spec, state);
  if (
    !ends &&
    spec.durationMs !== undefined &&
    availableAtMs !== undefined &&
    !isTimeOver(spec, state, nowMs)
  ) {
    times.push(availableAtMs + spec.durationMs + 1);
  }
  for (const { desired, phase, scaleDownAtMs, changedMs } of state.templates) {
    if (scaleDownAtMs !== undefined && (desired ?? 0) > 0) times.push(scaleDownAtMs);
    if (!ends && phase === 'Progressing' && changedMs !== undefined) {
      times.push(changedMs + spec.progressDeadlineMs + 1);
    }
  }
  return times.length === 0 ? undefined : Math.min(...times);
}

function reconciledAnalysis(
  before: ExperimentState,
  analysis: ExperimentAnalysisSpec,
  state: ExperimentAnalysisState,
  ends: boolean,
  nowMs: number,
): ExperimentAnalysisState {
  if (before.availableAtMs === undefined) return state;
  if (state.run === undefined) return ends ? state : startExperimentAnalysis(analysis, state, nowMs);
  if (state.phase !== undefined && isCompleted(state.phase)) return state;
  if (ends) return isCompleted(state.run.phase) ? state : { ...state, run: terminateRun(state.run) };
  return { ...state, phase: state.run.phase, message: state.run.message };
}

function withPhase(spec: ExperimentSpec, state: ExperimentState, nowMs: number): ExperimentState {
  if (state.phase === undefined) return { ...state, phase: 'Pending' };
  if (isExperimentOver(state)) return state;
  const templates = assessedTemplates(state);
  const analyses = assessedAnalyses(spec, state);
  const available = templates.phase === 'Running' ? (state.availableAtMs ?? nowMs) : state.availableAtMs;
  return { ...state, availableAtMs: available, ...deciding(spec, state, templates, analyses) };
}

/** Which of the two says what the experiment is. */
function deciding(
  spec: ExperimentSpec,
  state: ExperimentState,
  templates: Assessment,
  analyses: Assessment,
): Assessment {
  if (isCompleted(templates.phase)) {
    const judged = isCompleted(analyses.phase) || spec.analyses.some((each) => each.requiredForCompletion);
    return templates.phase === 'Successful' && judged ? analyses : templates;
  }
  const stopped = isCompleted(analyses.phase) && analyses.phase !== 'Successful';
  return stopped || areRequiredSuccessful(spec, state) ? analyses : templates;
}

function assessedTemplates({ templates }: ExperimentState): Assessment {
  let worst: TemplatePhase = 'Successful';
  let message = '';
  for (const { phase, message: reason } of templates) {
    if (phase === undefined || templatePhases.indexOf(phase) <= templatePhases.indexOf(worst)) continue;
    [worst, message] = [phase, reason];
  }
  return { phase: worst === 'Progressing' ? 'Pending' : worst, message };
}

function assessedAnalyses(spec: ExperimentSpec, state: ExperimentState): Assessment {
  let worst: AnalysisPhase = 'Successful';
  let message = '';
  for (const { phase, message: reason } of state.analyses) {
    if (phase === undefined || analysisPhases.indexOf(phase) <= analysisPhases.indexOf(worst)) continue;
    [worst, message] = [phase, reason];
  }
  if (worst === 'Successful' && areRequiredSuccessful(spec, state)) {
    return { phase: 'Successful', message: 'Required AnalysisRuns completed' };
  }
  return { phase: worst === 'Pending' ? 'Running' : worst, message };
}

/** There is a required analysis, and all of them are Successful. */
function areRequiredSuccessful(spec: ExperimentSpec, { analyses }: ExperimentState): boolean {
  const required = spec.analyses.flatMap((each, index) =>
    each.requiredForCompletion ? [analyses[index]?.phase] : [],
  );
  return required.length > 0 && required.every((phase) => phase === 'Successful');
}
