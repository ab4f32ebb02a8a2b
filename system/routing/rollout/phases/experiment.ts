import type { RoutingEvent } from '../../../ports/system-event.ts';
import { readSide } from '../../experiment/evidence.ts';
import type { ExperimentDeployments } from '../../experiment/deployments.ts';
import {
  countedMeasurement,
  measureExperiment,
  noExperimentCounts,
  type ExperimentVerdict,
  type SideEvidence,
} from '../../experiment/judgement.ts';
import type { ExperimentSettings } from '../../experiment/settings.ts';
import { go, wait, waitFor, type StepContext, type StepResult } from '../context.ts';
import type { PhaseOf, Release, RolloutState } from '../state.ts';
import { end, expand, goTo, pause, type Transition } from '../transition.ts';

/** What a release with an experiment has beside its settings. */
export interface ExperimentTools {
  readonly settings: ExperimentSettings;
  readonly deployments: ExperimentDeployments;
}

/** The first stage of a release waits for its experiment, once; after a pause it is made again (delivery 39, 40). */
export async function beginExperiment(
  context: StepContext,
  state: RolloutState,
  release: Release,
): Promise<StepResult> {
  const baselineImage = await context.cluster.imageOf(release.stableColour);
  context.check();
  const phase = {
    kind: 'experimenting',
    sinceMs: context.nowMs,
    baselineImage,
    availableAtMs: null,
    nextMs: context.nowMs,
    counts: noExperimentCounts,
  } as const;
  return go(goTo(state, phase, [{ kind: 'experiment.started', image: release.image, baselineImage }]));
}

/** Both sides side by side: pending until all pods are ready, then measured until the verdict (delivery 39). */
export async function experiment(
  context: StepContext,
  tools: ExperimentTools,
  state: RolloutState,
  release: Release,
  phase: PhaseOf<'experimenting'>,
): Promise<StepResult> {
  const { settings, deployments } = tools;
  const { nowMs } = context;
  const { availableAtMs } = phase;
  if (availableAtMs === null) {
    return await waitFor(context, {
      sinceMs: phase.sinceMs,
      timeoutMs: settings.progressDeadlineMs,
      missing: () =>
        deployments.bringUp({
          // Each attempt has names of its own: nothing of an earlier one is taken for its evidence.
          run: `${release.id}-${release.attempt}`,
          images: { baseline: phase.baselineImage, candidate: release.image },
          colour: release.canaryColour,
        }),
      met: () => goTo(state, { ...phase, availableAtMs: nowMs, nextMs: nowMs + settings.intervalMs }),
      expired: (missing) =>
        ending(state, release, { phase: 'Failed', reason: `experiment: ${missing}` }, [], nowMs),
    });
  }
  if (nowMs < phase.nextMs) return wait(phase.nextMs - nowMs);
  return await measure(context, tools, state, release, phase, availableAtMs);
}

async function measure(
  context: StepContext,
  { settings }: ExperimentTools,
  state: RolloutState,
  release: Release,
  phase: PhaseOf<'experimenting'>,
  availableAtMs: number,
): Promise<StepResult> {
  const { nowMs, queries } = context;
  const elapsedMs = nowMs - availableAtMs;
  const isOver = elapsedMs >= settings.durationMs;
  const windowMs = Math.min(elapsedMs, settings.windowMs);
  const [baseline, candidate] = [
    await readSide(queries, 'baseline', windowMs),
    await readSide(queries, 'candidate', windowMs),
  ];
  const whole = isOver
    ? [await readSide(queries, 'baseline', elapsedMs), await readSide(queries, 'candidate', elapsedMs)]
    : [];
  context.check();
  const measurement = measureExperiment(baseline, candidate, settings);
  const counts = countedMeasurement(phase.counts, measurement);
  const event: RoutingEvent = {
    kind: 'experiment.measured',
    measurement,
    requests: candidate.requests ?? 0,
    errorRate: candidate.errorRate ?? 0,
    p95Ms: candidate.p95Ms ?? 0,
    baselineErrorRate: baseline.errorRate ?? 0,
    baselineP95Ms: baseline.p95Ms ?? 0,
    failed: counts.failed,
    inconclusive: counts.inconclusive,
  };
  const verdict = settings.policies.judge(counts, settings, isOver, whole);
  if (verdict !== undefined) {
    const { state: next, events } = ending(state, release, verdict, whole, nowMs);
    return go({ state: next, events: [event, ...events] });
  }
  const pauseMs = measurement === 'error' ? settings.errorIntervalMs : settings.intervalMs;
  return go(goTo(state, { ...phase, counts, nextMs: nowMs + pauseMs }, [event]));
}

/** The verdict is durable and told before the pods go. */
function ending(
  state: RolloutState,
  release: Release,
  { phase: outcome, reason }: ExperimentVerdict,
  whole: readonly SideEvidence[],
  nowMs: number,
): Transition {
  const least = (values: readonly (number | undefined)[]): number =>
    values.length === 0 ? 0 : Math.min(...values.map((value) => value ?? 0));
  return goTo(state, { kind: 'ending-experiment', sinceMs: nowMs, outcome, reason }, [
    {
      kind: 'experiment.ended',
      outcome,
      image: release.image,
      requests: least(whole.map(({ requests }) => requests)),
      contexts: least(whole.map(({ contexts }) => contexts)),
      reason,
    },
  ]);
}

/** Its pods go, whatever it has found; then the first stage begins, the release is aborted, or it pauses (delivery 40). */
export async function endExperiment(
  context: StepContext,
  { deployments }: ExperimentTools,
  state: RolloutState,
  release: Release,
  { outcome, reason }: PhaseOf<'ending-experiment'>,
): Promise<StepResult> {
  const left = await deployments.takeDown();
  context.check();
  if (left !== undefined) return wait(context.settings.pollMs);
  const { nowMs } = context;
  switch (outcome) {
    case 'Successful': {
      const passed = { ...release, experimentPassed: true };
      return go({ state: { ...state, ...expand(passed, 0, nowMs) }, events: [] });
    }
    case 'Failed':
      return go(end(state, 'aborted', reason, nowMs));
    case 'Inconclusive':
      return go(pause(state, release, 0, reason, nowMs));
  }
}
