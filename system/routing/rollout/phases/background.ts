import type { StepContext } from '../context.ts';
import { counted, measurementOf, noMeasurements, type BackgroundSettings } from '../background.ts';
import type { PhaseOf, Release, RolloutState } from '../state.ts';
import { beginRollback, pause, type Transition } from '../transition.ts';

/**
 * One measurement of the background analysis, where it is due (delivery 14): it is durable with what it calls for, and
 * comes before whatever the stage would do in the same look (delivery F35). Undefined: not due.
 */
export async function measureInBackground(
  context: StepContext,
  settings: BackgroundSettings,
  state: RolloutState,
  release: Release,
  { kind, stage, sinceMs }: PhaseOf<'expanding' | 'observing' | 'paused'>,
): Promise<Transition | undefined> {
  if (stage < settings.startingStage) return undefined;
  const { nowMs, evidence, settings: all } = context;
  const analysis = release.analysis ?? { ...noMeasurements, nextMs: sinceMs + settings.intervalMs };
  if (nowMs < analysis.nextMs) return undefined;
  const seen = await evidence.read(release.canaryColour, settings.windowMs, [], 'unknown');
  context.check();
  const measurement = measurementOf(seen, all.gates);
  const { failed, inconclusive, consecutiveErrors } = counted(analysis, measurement);
  const counts = { failed, inconclusive, consecutiveErrors };
  const verdict = all.policies.judgeAnalysis(counts, settings);
  const pauseMs = measurement === 'error' ? settings.errorIntervalMs : settings.intervalMs;
  const isPausing = verdict?.act === 'pause' && kind !== 'paused';
  // Whoever lets it go on after a pause does so for a fresh look; what had failed has failed.
  const kept = isPausing ? { ...noMeasurements, failed } : counts;
  const watched = { ...release, analysis: { ...kept, nextMs: nowMs + pauseMs } };
  const measured = { ...state, release: watched };
  const event = {
    kind: 'analysis.measured',
    stage,
    measurement,
    requests: seen.requests ?? 0,
    errorRate: seen.errorRate ?? 0,
    p95Ms: seen.p95Ms ?? 0,
    ...counts,
  } as const;
  const told = (transition: Transition): Transition => ({
    state: transition.state,
    events: [event, ...transition.events],
  });
  if (isPausing) return told(pause(measured, watched, stage, verdict.reason, nowMs));
  if (verdict?.act !== 'roll-back') return told({ state: measured, events: [] });
  const order = { level: 'L1', tools: [], reason: verdict.reason } as const;
  const transition = beginRollback(measured, order, nowMs);
  if ('refused' in transition) throw new Error(`L1 refused in a stage: ${transition.refused}`);
  return told(transition);
}
