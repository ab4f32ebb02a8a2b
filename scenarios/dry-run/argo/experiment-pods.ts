import { advanceRun, nextRunMs, type AnalysisMetricSpec, type MeasurementEvent } from './analysis-run.ts';
import type { ExperimentState } from './experiment-state.ts';
import type { Answer } from './measurement.ts';
import type { PodSets } from './pod-sets.ts';

/** What measures metrics, and who is told. */
export interface Measuring {
  /** What a provider says; asked once for each measurement. */
  answerOf(metric: AnalysisMetricSpec, nowMs: number): Answer;
  measured(event: MeasurementEvent): void;
}

function podKey(experiment: string, template: string): string {
  return `${experiment}/${template}`;
}

/** An experiment with what its pods and its analyses have come to. */
export function observedExperiment(
  name: string,
  state: ExperimentState,
  pods: PodSets,
  world: Measuring,
  lost: (version: string) => number,
  nowMs: number,
): ExperimentState {
  let changed = false;
  const templates = state.templates.map((template) => {
    const ready = Math.min(pods.readyOf(podKey(name, template.name)), template.desired ?? 0);
    const available = Math.max(0, ready - lost(template.version));
    if (available === template.available) return template;
    changed = true;
    return { ...template, available };
  });
  const analyses = state.analyses.map((analysis) => {
    if (analysis.run === undefined) return analysis;
    const run = advanceRun(
      analysis.run,
      nowMs,
      (metric) => world.answerOf(metric, nowMs),
      (event) => world.measured(event),
    );
    if (run === analysis.run) return analysis;
    changed = true;
    return { ...analysis, run };
  });
  return changed ? { ...state, templates, analyses } : state;
}

export function startExperimentPods(
  name: string,
  state: ExperimentState,
  pods: PodSets,
  nowMs: number,
): void {
  for (const { name: template, version, desired } of state.templates) {
    pods.start({ key: podKey(name, template), version, desired: desired ?? 0 }, nowMs);
  }
}

/** When the analyses of an experiment measure next. */
export function measurementTimes(state: ExperimentState): readonly (number | undefined)[] {
  return state.analyses.map(({ run }) => (run === undefined ? undefined : nextRunMs(run)));
}
