import type { PlannedAct, PlannedMetric, PlannedRollout, PlannedStep, RolloutPlan } from './plan.ts';

const base: PlannedRollout = {
  replicas: 4,
  routed: true,
  dynamicStableScale: false,
  steps: [],
  background: undefined,
  abortScaleDownDelaySeconds: 1,
  maxSurge: 1,
  maxUnavailable: 0,
  progressDeadlineSeconds: 100_000,
  progressDeadlineAbort: false,
};

export const gate: PlannedMetric = {
  name: 'gate',
  provider: 'prometheus',
  success: 'result[0] < 0.01',
  failure: 'result[0] > 0.05',
  count: 1,
  failureLimit: 0,
  inconclusiveLimit: 0,
  consecutiveErrorLimit: 1,
  consecutiveSuccessLimit: 0,
};

export const endless: PlannedMetric = { ...gate, count: undefined };
export const pause: PlannedStep = { kind: 'pause', seconds: undefined };

export function weight(percent: number): PlannedStep {
  return { kind: 'setWeight', weight: percent };
}

export function version(number: number, held = false): PlannedAct {
  return { kind: 'version', version: number, held };
}

const abort: PlannedAct = { kind: 'abort' };
const retry: PlannedAct = { kind: 'retry' };
const promote: PlannedAct = { kind: 'promote' };
const promoteFull: PlannedAct = { kind: 'promote-full' };

/** A rollout of four pods behind a router, unless said otherwise. */
export function basePlan(rollout: Partial<PlannedRollout>, ...acts: readonly PlannedAct[]): RolloutPlan {
  return { rollout: { ...base, ...rollout }, acts };
}

/** What chance may miss: the vectors of delivery 1L, and where the documentation and the controller differ. */
export const fixedPlans: readonly RolloutPlan[] = [
  // `abortScaleDownDelaySeconds: 0` keeps what a scale asks for, not what a weight has brought up.
  basePlan({ abortScaleDownDelaySeconds: 0, steps: [weight(50), pause] }, version(2), abort, retry),
  basePlan(
    { abortScaleDownDelaySeconds: 0, steps: [{ kind: 'canaryReplicas', replicas: 2 }, weight(50), pause] },
    version(2),
    abort,
    retry,
  ),
  // A scale stays in force up to all of the traffic (1L).
  basePlan(
    {
      replicas: 8,
      steps: [
        { kind: 'canaryReplicas', replicas: 3 },
        weight(25),
        weight(100),
        pause,
        { kind: 'canaryReplicas', replicas: 8 },
      ],
    },
    version(2),
    promote,
  ),
  // Three pods without a router give 25, 33, 67 and 75 % (1L).
  basePlan(
    {
      replicas: 3,
      routed: false,
      steps: [weight(20), pause, weight(40), pause, weight(60), pause, weight(80), pause],
    },
    version(2),
    promote,
    promote,
    promote,
    promote,
  ),
  // The way back from the third version leads to the first (delivery 3).
  basePlan(
    { steps: [weight(25), pause, weight(50), pause] },
    version(2),
    promote,
    version(3),
    abort,
    version(1),
  ),
  basePlan(
    { routed: false, steps: [weight(25), pause, weight(50), pause] },
    version(2),
    version(3),
    abort,
    version(1),
  ),
  // An inconclusive step is skipped by a promotion; one in the background is run again.
  basePlan(
    { steps: [weight(25), { kind: 'analysis', metrics: [gate] }, pause] },
    { kind: 'answer', metric: 'gate', answer: [0.03] },
    version(2),
    promote,
    promote,
  ),
  basePlan(
    { steps: [weight(25), pause, weight(50), pause], background: { startingStep: 1, metrics: [endless] } },
    version(2),
    { kind: 'answer', metric: 'gate', answer: ['NaN'] },
    promote,
    { kind: 'answer', metric: 'gate', answer: [0] },
    promote,
  ),
  // Two errors, ten seconds apart, abort; nothing at all is an error, too (delivery 31, 35).
  basePlan(
    { steps: [weight(25), pause], background: { startingStep: 0, metrics: [endless] } },
    version(2),
    { kind: 'answer', metric: 'gate', answer: [] },
    { kind: 'answer', metric: 'gate', answer: [0] },
    retry,
  ),
  // Scaling while a step waits for its pods, and while it is paused (delivery 22).
  basePlan(
    { steps: [weight(50), pause] },
    version(2, true),
    { kind: 'scale', replicas: 8 },
    {
      kind: 'release',
      version: 2,
    },
    { kind: 'scale', replicas: 3 },
  ),
  basePlan(
    { routed: false, steps: [weight(50), pause] },
    version(2, true),
    { kind: 'scale', replicas: 8 },
    {
      kind: 'release',
      version: 2,
    },
    { kind: 'scale', replicas: 3 },
  ),
  // A full promotion of pods that do not come, with stable shrinking.
  basePlan(
    { dynamicStableScale: true, steps: [weight(50), pause] },
    version(2),
    version(3, true),
    promoteFull,
    {
      kind: 'release',
      version: 3,
    },
  ),
  // Back to stable, and an abort, when stable has shrunk already.
  basePlan(
    { dynamicStableScale: true, steps: [weight(75), pause] },
    version(2),
    version(1),
    version(2),
    abort,
  ),
  // Failures: in the background during a pause, in a step, one of two metrics, with and without a router.
  basePlan(
    { steps: [weight(50), pause], background: { startingStep: 0, metrics: [endless] } },
    version(2),
    { kind: 'answer', metric: 'gate', answer: [0.2] },
    { kind: 'answer', metric: 'gate', answer: [0] },
    retry,
    promote,
  ),
  basePlan(
    { routed: false, steps: [weight(50), pause], background: { startingStep: 1, metrics: [endless] } },
    version(2),
    { kind: 'answer', metric: 'gate', answer: [0.2] },
    version(1),
  ),
  basePlan(
    { steps: [weight(25), { kind: 'analysis', metrics: [gate] }, pause] },
    { kind: 'answer', metric: 'gate', answer: [0.2] },
    version(2),
    { kind: 'answer', metric: 'gate', answer: [0] },
    retry,
    promote,
  ),
  basePlan(
    {
      dynamicStableScale: true,
      steps: [
        weight(75),
        {
          kind: 'analysis',
          metrics: [
            gate,
            { ...gate, name: 'web', provider: 'web', success: 'result < 0.01', failure: 'result > 0.05' },
          ],
        },
      ],
    },
    { kind: 'answer', metric: 'web', answer: [0.2] },
    version(2),
    version(3),
    promoteFull,
  ),
  basePlan(
    { steps: [weight(25), { kind: 'analysis', metrics: [{ ...gate, count: 3, failureLimit: 1 }] }, pause] },
    { kind: 'answer', metric: 'gate', answer: [0.2] },
    version(2),
  ),
  // Metrics that the controller refuses (delivery 26).
  basePlan(
    {
      steps: [
        weight(25),
        { kind: 'analysis', metrics: [{ ...gate, count: 2, consecutiveSuccessLimit: 3 }] },
        pause,
      ],
    },
    version(2),
    retry,
  ),
];
