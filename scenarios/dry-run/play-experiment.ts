import type { AnswerOf } from './answers.ts';
import { ExperimentRun } from './argo/experiment-run.ts';
import { isExperimentOver } from './argo/experiment.ts';
import { newExperiment, type ExperimentSpec, type ExperimentState } from './argo/experiment-state.ts';
import { evidenceOf } from './evidence.ts';
import { describeExperimentChange, hasEvidence } from './experiment-timeline.ts';
import type { DryRunResult, TimelineEntry } from './play.ts';
import { ScriptProblem, type DryRunScript } from './script.ts';

/**
 * Plays an Experiment of its own, from one event to the next, until it is over and its pods are gone. Throws a
 * `ScriptProblem` for acts that only a Rollout knows.
 */
export function playExperiment(spec: ExperimentSpec, script: DryRunScript, answerOf: AnswerOf): DryRunResult {
  const foreign = script.acts.find(({ act }) => act !== 'terminate');
  if (foreign !== undefined)
    throw new ScriptProblem(`--at …=${foreign.act}: an Experiment knows only terminate`);
  const timeline: TimelineEntry[] = [];
  const lastMeasured = new Map<string, string>();
  const run: ExperimentRun = new ExperimentRun(
    spec,
    newExperiment(spec, (template) => template.name),
    {
      podReadyMs: script.podReadyMs,
      lostPods: (nowMs) =>
        script.losses
          .filter(({ role, fromMs, toMs }) => role === 'experiment' && fromMs <= nowMs && nowMs < toMs)
          .reduce((sum, { pods }) => sum + pods, 0),
      answerOf,
      measured: ({ metric, analysis, phase, message }) => {
        const why = message === undefined ? '' : ` (${message})`;
        const name = `${analysis ?? ''}/${metric}`;
        const text = `${name}: ${phase}${why}`;
        if (lastMeasured.get(name) === text) return;
        lastMeasured.set(name, text);
        timeline.push({ timeMs: run.nowMs, text });
      },
      changed: (before, after) => {
        const lines = describeExperimentChange('experiment', before, after);
        const timeMs = before === undefined ? 0 : run.nowMs;
        timeline.push(...lines.map((text) => ({ timeMs, text })));
      },
    },
  );
  for (;;) {
    if (script.acts.some(({ atMs }) => atMs === run.nowMs)) run.change({ ...run.state, terminate: true });
    run.settle();
    const next = nextMs(run, script);
    if (next === undefined) break;
    run.nowMs = Math.min(next, script.horizonMs);
    if (next > script.horizonMs) break;
  }
  return {
    ...verdictOf(run.state, nextMs(run, script) !== undefined),
    endedMs: run.nowMs,
    timeline,
    evidence: evidenceOf(run.state.analyses.flatMap(({ run: analysis }) => analysis ?? [])),
  };
}

function nextMs(run: ExperimentRun, script: DryRunScript): number | undefined {
  const over = isExperimentOver(run.state);
  const times = [
    run.nextMs(),
    ...(over ? [] : script.acts.map(({ atMs }) => atMs)),
    ...(over ? [] : script.losses.flatMap(({ fromMs, toMs }) => [fromMs, toMs])),
  ];
  const later = times.flatMap((timeMs) => (timeMs !== undefined && timeMs > run.nowMs ? timeMs : []));
  return later.length === 0 ? undefined : Math.min(...later);
}

function verdictOf(state: ExperimentState, goesOn: boolean): Pick<DryRunResult, 'verdict' | 'reason'> {
  const why = state.message === '' ? '' : `: ${state.message}`;
  switch (state.phase) {
    case 'Successful':
      return hasEvidence(state)
        ? { verdict: 'successful', reason: `Successful${why}` }
        : {
            verdict: 'inconclusive',
            reason: `Successful, and no analysis has come to an end of its own${why}`,
          };
    case 'Failed':
    case 'Error':
      return { verdict: 'failed', reason: `${state.phase}${why}` };
    case 'Inconclusive':
      return { verdict: 'inconclusive', reason: `Inconclusive${why}` };
    case undefined:
    case 'Pending':
    case 'Running':
      return goesOn
        ? { verdict: 'running', reason: `${state.phase ?? 'Pending'} at the end of the time that was played` }
        : { verdict: 'stuck', reason: `${state.phase ?? 'Pending'}: nothing will change any more` };
  }
}
