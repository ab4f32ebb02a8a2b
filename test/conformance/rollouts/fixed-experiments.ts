import { basePlan, endless, gate, pause, version, weight } from './fixed-plans.ts';
import type { PlannedAct, PlannedExperiment, PlannedMetric, RolloutPlan } from './plan.ts';

const good: PlannedMetric = { ...gate, consecutiveErrorLimit: 0 };
const endlessGate: PlannedMetric = { ...endless, name: 'endless', consecutiveErrorLimit: 0 };

const baseline = { name: 'baseline', specRef: 'stable', replicas: 1, weight: undefined } as const;
const candidate = { name: 'candidate', specRef: 'canary', replicas: 2, weight: undefined } as const;

/** Two versions side by side, two seconds long, unless said otherwise; longer where an analysis is to end before. */
function experiment(more: Partial<PlannedExperiment> = {}): PlannedExperiment {
  return { kind: 'experiment', templates: [baseline, candidate], analyses: [], seconds: 2, ...more };
}

function judged(metric: PlannedMetric, required: boolean, name = 'judge'): PlannedExperiment['analyses'] {
  return [{ name, required, metrics: [metric] }];
}

function answer(metric: string, ...values: readonly number[]): PlannedAct {
  return { kind: 'answer', metric, answer: values };
}

const abort: PlannedAct = { kind: 'abort' };
const retry: PlannedAct = { kind: 'retry' };
const promote: PlannedAct = { kind: 'promote' };
const promoteFull: PlannedAct = { kind: 'promote-full' };
const terminate: PlannedAct = { kind: 'terminate-experiments' };
const restart: PlannedAct = { kind: 'restart-controller' };

/** What the controller's own rules say of experiments, one plan for each (delivery 39, 40). */
export const fixedExperiments: readonly RolloutPlan[] = [
  // Successful at the end of its time: the next step, its pods go 30 s later.
  basePlan({ steps: [weight(25), experiment(), pause] }, version(2), promote),
  basePlan({ routed: false, steps: [experiment(), pause] }, version(2), promote),
  // A required analysis ends it before its time; one that is not is terminated at the end of it.
  basePlan(
    { steps: [experiment({ seconds: undefined, analyses: judged(good, true) }), pause] },
    version(2),
    promote,
  ),
  basePlan({ steps: [experiment({ analyses: judged(endlessGate, false) }), pause] }, version(2), promote),
  // The time is over before the required analysis is: the pods go, the analysis goes on.
  basePlan(
    { steps: [weight(50), experiment({ analyses: judged({ ...good, count: 8 }, true) }), pause] },
    version(2),
    promote,
  ),
  // The required one succeeds while another never ends: it runs for ever, without pods, until it is skipped.
  basePlan(
    {
      steps: [
        experiment({
          seconds: undefined,
          analyses: [...judged(good, true), ...judged(endlessGate, false, 'other')],
        }),
        pause,
      ],
    },
    version(2),
    promote,
    promote,
  ),
  // Failed and Error abort; a retry starts the next one.
  basePlan(
    { steps: [weight(25), experiment({ seconds: 8, analyses: judged(good, false) }), pause] },
    answer('gate', 0.2),
    version(2),
    answer('gate', 0),
    retry,
    promote,
  ),
  basePlan(
    { steps: [experiment({ seconds: undefined, analyses: judged(endlessGate, false) }), pause] },
    version(2),
    { kind: 'answer', metric: 'endless', answer: 'error' },
    answer('endless', 0),
    retry,
  ),
  basePlan(
    { routed: false, steps: [weight(50), experiment({ seconds: 8, analyses: judged(good, true) }), pause] },
    { kind: 'answer', metric: 'gate', answer: [] },
    version(2),
    version(1),
  ),
  // Inconclusive: paused, and the next one starts at once; when that succeeds the rollout goes on, paused.
  basePlan(
    {
      steps: [
        experiment({ seconds: 8, analyses: judged(good, false) }),
        weight(50),
        pause,
        weight(75),
        pause,
      ],
    },
    { kind: 'answer-once', metric: 'gate', answer: [0.03], afterwards: [0] },
    version(2),
    promote,
    promote,
  ),
  basePlan(
    { steps: [experiment({ seconds: 8, analyses: judged(good, false) }), weight(50), pause] },
    { kind: 'answer-once', metric: 'gate', answer: [0.03], afterwards: [0.2] },
    version(2),
    answer('gate', 0),
    retry,
  ),
  // Pods that do not come: pending until the deadline, then Failed, which aborts.
  basePlan(
    { progressDeadlineSeconds: 15, steps: [experiment(), pause] },
    version(2, true),
    { kind: 'release', version: 2 },
    retry,
  ),
  basePlan({ steps: [experiment(), pause] }, version(2, true), abort, { kind: 'release', version: 2 }, retry),
  // In the middle of it: abort, a new version, back to stable, promote, promote in full, scaling.
  basePlan({ steps: [weight(25), experiment({ seconds: undefined }), pause] }, version(2), abort, retry),
  basePlan(
    { steps: [experiment({ seconds: undefined, analyses: judged(endlessGate, false) }), pause] },
    version(2),
    version(3),
    version(1),
  ),
  basePlan({ steps: [experiment({ seconds: undefined }), pause] }, version(2), promote, version(2)),
  basePlan({ steps: [experiment({ seconds: undefined }), pause] }, version(2), promoteFull),
  basePlan(
    { steps: [weight(50), experiment({ seconds: undefined }), pause] },
    version(2),
    { kind: 'scale', replicas: 7 },
    terminate,
  ),
  // One step after the other: a promotion takes the running experiment into the second one's step.
  basePlan(
    { steps: [experiment({ seconds: undefined }), experiment({ templates: [candidate] }), pause] },
    version(2),
    promote,
    terminate,
  ),
  // A terminated experiment is Successful, whatever was measured, and the rollout goes on.
  basePlan(
    { steps: [experiment({ seconds: undefined, analyses: judged(endlessGate, false) }), pause] },
    version(2),
    terminate,
    promote,
  ),
  basePlan(
    { steps: [experiment({ seconds: undefined, analyses: judged(endlessGate, true) }), pause] },
    version(2),
    terminate,
    promote,
  ),
  // Aborted while a required analysis runs: the retry takes up the experiment that never ends.
  basePlan(
    { steps: [experiment({ seconds: undefined, analyses: judged(endlessGate, true) }), pause] },
    version(2),
    abort,
    retry,
    promote,
  ),
  // Promoted out of it after the deadline: the next step is late at once.
  basePlan(
    {
      progressDeadlineSeconds: 15,
      progressDeadlineAbort: true,
      steps: [experiment({ seconds: undefined }), weight(50), pause],
    },
    version(2),
    promote,
  ),
  // A controller that starts anew takes up the experiment that runs.
  basePlan(
    { steps: [weight(25), experiment({ seconds: undefined }), pause] },
    version(2),
    restart,
    terminate,
    promote,
  ),
  // Weights while it runs, and none before and after.
  basePlan(
    {
      router: 'smi',
      steps: [
        weight(10),
        experiment({
          seconds: undefined,
          templates: [
            { ...baseline, weight: 20 },
            { ...candidate, weight: 30 },
          ],
          analyses: judged(endlessGate, false),
        }),
        pause,
      ],
    },
    version(2),
    terminate,
    promote,
  ),
  basePlan(
    {
      router: 'smi',
      dynamicStableScale: true,
      steps: [
        weight(50),
        experiment({ templates: [{ ...candidate, weight: 10 }], seconds: undefined }),
        pause,
      ],
    },
    version(2),
    version(3, true),
    abort,
  ),
  // A background analysis beside it: inconclusive, it holds everything up, and the experiment is taken up again.
  basePlan(
    {
      steps: [weight(25), experiment({ seconds: undefined }), pause],
      background: { startingStep: 0, metrics: [endless] },
    },
    version(2),
    { kind: 'answer-once', metric: 'gate', answer: [0.03], afterwards: [0] },
    promote,
    terminate,
  ),
  basePlan(
    {
      steps: [weight(25), experiment({ seconds: undefined }), pause],
      background: { startingStep: 0, metrics: [endless] },
    },
    version(2),
    answer('gate', 0.2),
  ),
];
