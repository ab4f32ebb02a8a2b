import {
  isTemplateOver,
  type ExperimentSpec,
  type ExperimentState,
  type ExperimentTemplateSpec,
  type TemplateState,
} from './experiment-state.ts';

/**
 * One look at a template's ReplicaSet: it is made without pods, then scaled; when the experiment is over its pods stay
 * for their delay. A template is Running with all its pods, Progressing without, Failed when no count has changed for
 * longer than the deadline, and Successful when the time is over or the experiment ends; then it stays what it is.
 */
export function reconciledTemplate(
  spec: ExperimentSpec,
  before: ExperimentState,
  template: ExperimentTemplateSpec,
  state: TemplateState,
  ends: boolean,
  nowMs: number,
): TemplateState {
  const wanted = ends || isTemplateOver(state.phase) ? 0 : template.replicas;
  const scaled = scaledTemplate(spec, template, state, wanted, nowMs);
  const seen = { desired: scaled.desired ?? 0, available: scaled.available };
  const counted =
    seen.desired === state.seen.desired && seen.available === state.seen.available
      ? scaled
      : { ...scaled, seen, changedMs: nowMs };
  if (isTemplateOver(counted.phase)) return counted;
  if (wanted === counted.available) {
    return { ...counted, phase: ends || isTimeOver(spec, before, nowMs) ? 'Successful' : 'Running' };
  }
  if (nowMs > (counted.changedMs ?? nowMs) + spec.progressDeadlineMs) {
    const seconds = spec.progressDeadlineMs / 1000;
    const message = `Template '${template.name}' exceeded its progressDeadlineSeconds (${seconds})`;
    return { ...counted, phase: 'Failed', message };
  }
  return { ...counted, phase: ends ? 'Successful' : 'Progressing' };
}

/** Strictly longer than the duration since all pods were available. */
export function isTimeOver(spec: ExperimentSpec, { availableAtMs }: ExperimentState, nowMs: number): boolean {
  return (
    spec.durationMs !== undefined && availableAtMs !== undefined && nowMs > availableAtMs + spec.durationMs
  );
}

function scaledTemplate(
  spec: ExperimentSpec,
  template: ExperimentTemplateSpec,
  state: TemplateState,
  wanted: number,
  nowMs: number,
): TemplateState {
  if (state.desired === undefined) return { ...state, desired: 0, changedMs: nowMs };
  const scaleDownAtMs = wanted > 0 ? state.scaleDownAtMs : downAtMs(spec, state, nowMs);
  const next = { ...state, scaleDownAtMs };
  if (state.desired === wanted) return next;
  const waits = wanted === 0 && scaleDownAtMs !== undefined && nowMs < scaleDownAtMs;
  const desired = waits ? template.replicas : wanted;
  // Pods that are no longer wanted go at once; while they wait for it, the deadline does not run.
  return { ...next, desired, available: Math.min(state.available, desired), changedMs: nowMs };
}

function downAtMs(
  { scaleDownDelayMs }: ExperimentSpec,
  { scaleDownAtMs }: TemplateState,
  nowMs: number,
): number | undefined {
  if (scaleDownDelayMs === 0) return undefined;
  return scaleDownAtMs ?? nowMs + scaleDownDelayMs;
}
