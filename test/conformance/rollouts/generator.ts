import fc, { type GeneratorValue } from 'fast-check';
import {
  metricsOf,
  shortDeadlineSeconds,
  type PlannedAct,
  type PlannedAnswer,
  type PlannedMetric,
  type PlannedRollout,
  type PlannedStep,
  type RolloutPlan,
} from './plan.ts';

type Draw = GeneratorValue;

const longSeconds = 100_000;

/** Plans of one seed. */
export function samplePlans(count: number, seed: number): readonly RolloutPlan[] {
  const plan = fc.gen().map((draw): RolloutPlan => drawPlan(draw));
  return fc.sample(plan, { numRuns: count, seed });
}

function drawPlan(draw: Draw): RolloutPlan {
  const rollout = drawRollout(draw);
  return { rollout, acts: drawActs(draw, rollout) };
}

/** What is done to a rollout, a new version first. */
export function drawActs(draw: Draw, rollout: PlannedRollout): readonly PlannedAct[] {
  const count = draw(fc.integer, { min: 3, max: 6 });
  const held = new Set<number>();
  let newest = 1;
  const acts: PlannedAct[] = [];
  while (acts.length < count) {
    const act = drawAct(draw, rollout, acts.length === 0, newest, held);
    if (act === undefined) continue;
    if (act.kind === 'version') {
      newest = Math.max(newest, act.version);
      if (act.held) held.add(act.version);
    }
    if (act.kind === 'release') held.delete(act.version);
    acts.push(act);
  }
  return acts;
}

function drawAct(
  draw: Draw,
  rollout: PlannedRollout,
  first: boolean,
  newest: number,
  held: ReadonlySet<number>,
): PlannedAct | undefined {
  if (first) return { kind: 'version', version: newest + 1, held: draw(fc.nat, 5) === 0 };
  switch (draw(fc.nat, 19)) {
    case 0:
    case 1:
      return { kind: 'version', version: newest + 1, held: draw(fc.nat, 5) === 0 };
    case 2:
      // Back to a version there was; the first is mostly stable.
      return { kind: 'version', version: draw(fc.integer, { min: 1, max: newest }), held: false };
    case 3:
    case 4:
      return { kind: 'scale', replicas: draw(fc.integer, { min: 1, max: 8 }) };
    case 5:
    case 6:
      return { kind: 'abort' };
    case 7:
    case 8:
      return { kind: 'retry' };
    case 9:
    case 10:
    case 11:
      return { kind: 'promote' };
    case 12:
      return { kind: 'promote-full' };
    case 13: {
      const [version] = held;
      return version === undefined ? undefined : { kind: 'release', version };
    }
    default: {
      const metrics = metricsOf(rollout);
      if (metrics.length === 0) return undefined;
      const { name, provider } = draw(fc.constantFrom<PlannedMetric[]>, ...metrics);
      return { kind: 'answer', metric: name, answer: drawAnswer(draw, provider) };
    }
  }
}

function drawAnswer(draw: Draw, provider: PlannedMetric['provider']): PlannedAnswer {
  const single: readonly PlannedAnswer[] = [[0], [0], [0.03], [0.03], [0.2], [0.2], [0.2], 'error'];
  // A page cannot say NaN or nothing.
  const list: readonly PlannedAnswer[] = [...single, ['NaN'], [], [0, 0.5]];
  return draw(fc.constantFrom<PlannedAnswer[]>, ...(provider === 'web' ? single : list));
}

export function drawRollout(draw: Draw): PlannedRollout {
  const routed = draw(fc.nat, 2) > 0;
  const dynamicStableScale = routed && draw(fc.nat, 2) === 0;
  let metrics = 0;
  // A background analysis that ends by itself would race with the end of the rollout.
  const drawMetrics = (endless: boolean): readonly PlannedMetric[] =>
    Array.from({ length: draw(fc.integer, { min: 1, max: 2 }) }, () =>
      drawMetric(draw, `m${metrics++}`, endless),
    );
  const steps = Array.from({ length: draw(fc.nat, 6) }, () =>
    drawStep(draw, routed, () => drawMetrics(false)),
  );
  // Without a pause that lasts, the end of the rollout races with what the analysis finds.
  const lastPause = steps.findLastIndex((step) => step.kind === 'pause' && step.seconds === undefined);
  const maxSurge = draw(fc.nat, 2);
  const short = draw(fc.nat, 3) === 0;
  return {
    replicas: draw(fc.integer, { min: 1, max: 8 }),
    routed,
    dynamicStableScale,
    steps,
    background:
      lastPause >= 0 && draw(fc.nat, 2) === 0
        ? { startingStep: draw(fc.nat, lastPause), metrics: drawMetrics(true) }
        : undefined,
    abortScaleDownDelaySeconds: routed ? draw(fc.constantFrom, 0, 1, 1, 1) : undefined,
    maxSurge,
    maxUnavailable: draw(fc.integer, { min: maxSurge === 0 ? 1 : 0, max: 2 }),
    progressDeadlineSeconds: short ? shortDeadlineSeconds : longSeconds,
    progressDeadlineAbort: short && draw(fc.boolean),
  };
}

function drawStep(draw: Draw, routed: boolean, drawMetrics: () => readonly PlannedMetric[]): PlannedStep {
  switch (draw(fc.nat, routed ? 9 : 6)) {
    case 0:
    case 1:
    case 2:
      return { kind: 'setWeight', weight: draw(fc.constantFrom, 0, 5, 10, 20, 25, 40, 50, 60, 75, 99, 100) };
    case 3:
    case 4:
      return { kind: 'pause', seconds: undefined };
    case 5:
      return { kind: 'pause', seconds: 1 };
    case 6:
      return { kind: 'analysis', metrics: drawMetrics() };
    case 7:
      return { kind: 'canaryReplicas', replicas: draw(fc.integer, { min: 1, max: 4 }) };
    case 8:
      return { kind: 'canaryWeight', weight: draw(fc.constantFrom, 10, 25, 50, 100) };
    default:
      return { kind: 'matchTrafficWeight' };
  }
}

function drawMetric(draw: Draw, name: string, endless: boolean): PlannedMetric {
  const provider = draw(fc.constantFrom<PlannedMetric['provider'][]>, 'prometheus', 'prometheus', 'web');
  const result = provider === 'web' ? 'result' : 'result[0]';
  const guarded = provider === 'prometheus' && draw(fc.nat, 3) === 0;
  const success = guarded ? `len(result) == 0 || ${result} < 0.01` : `${result} < 0.01`;
  const form = draw(fc.nat, 5);
  const count = endless ? undefined : draw(fc.integer, { min: 1, max: 3 });
  return {
    name,
    provider,
    success: form === 0 ? undefined : success,
    failure: form === 1 ? undefined : `${result} > 0.05`,
    count,
    failureLimit: draw(fc.constantFrom, 0, 0, 1),
    inconclusiveLimit: draw(fc.constantFrom, 0, 0, 1),
    // An error is tried again after 10 s.
    consecutiveErrorLimit: draw(fc.constantFrom, 0, 0, 0, 1),
    consecutiveSuccessLimit:
      count === undefined || draw(fc.nat, 4) > 0 ? 0 : draw(fc.integer, { min: 1, max: 3 }),
  };
}
