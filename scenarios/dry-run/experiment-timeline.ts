import type { ExperimentState } from './argo/experiment-state.ts';

/** What differs between two states of an experiment, a line for each thing; `before` is undefined for one that starts. */
export function describeExperimentChange(
  name: string,
  before: ExperimentState | undefined,
  after: ExperimentState,
): readonly string[] {
  const lines: string[] = [];
  if (before === undefined) lines.push(`${name} starts`);
  if (after.terminate && before?.terminate !== true) lines.push(`${name} is asked to end`);
  after.templates.forEach(({ name: template, version, desired, available }, index) => {
    const old = before?.templates[index];
    if (old?.desired === desired && old?.available === available) return;
    if (desired === undefined || (desired === 0 && (old?.desired ?? 0) === 0)) return;
    const of = version === template ? '' : ` (${version})`;
    lines.push(`${name}: ${template}${of} ${available}/${desired} pods`);
  });
  after.analyses.forEach(({ name: analysis, run }, index) => {
    const old = before?.analyses[index]?.run;
    if (run === undefined || old?.phase === run.phase) return;
    if (old === undefined) lines.push(`${name}: analysis ${analysis} starts`);
    if (run.phase === 'Running') return;
    const why = run.message === '' ? '' : `: ${run.message}`;
    lines.push(`${name}: analysis ${analysis} ${run.phase}${run.terminated ? ', no evidence' : ''}${why}`);
  });
  if (after.phase !== undefined && after.phase !== before?.phase) {
    const why = after.message === '' ? '' : `: ${after.message}`;
    const proof = after.phase === 'Successful' && !hasEvidence(after) ? ', without evidence' : '';
    lines.push(`${name} ${after.phase}${proof}${why}`);
  }
  return lines;
}

/** Whether an analysis of it came to an end of its own: what is terminated says nothing (delivery 34). */
export function hasEvidence({ analyses }: ExperimentState): boolean {
  return analyses.some(({ run }) => run?.phase === 'Successful' && !run.terminated);
}
