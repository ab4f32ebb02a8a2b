import fc from 'fast-check';
import type { CountOrPercent, DisruptionBudget } from '../../../sim/kubernetes/index.ts';
import { images, type Image, type Plan, type Step, type Workload } from './plan.ts';

const image = fc.constantFrom(...images.slice(0, 3));
const percent = fc.constantFrom(0, 10, 20, 25, 30, 33, 50, 67, 75, 100);

function countOrPercent(highest: number): fc.Arbitrary<CountOrPercent> {
  return fc.oneof(
    fc.integer({ min: 0, max: highest }),
    percent.map((value): CountOrPercent => `${value}%`),
  );
}

/** The API server refuses a strategy that could never move. */
function canMove(maxSurge: CountOrPercent, maxUnavailable: CountOrPercent): boolean {
  const isZero = (value: CountOrPercent): boolean => value === 0 || value === '0%';
  return !isZero(maxSurge) || !isZero(maxUnavailable);
}

const strategy = fc
  .record({ maxSurge: countOrPercent(4), maxUnavailable: countOrPercent(4) })
  .filter(({ maxSurge, maxUnavailable }) => canMove(maxSurge, maxUnavailable));

const budget: fc.Arbitrary<DisruptionBudget> = fc.oneof(
  countOrPercent(6).map((minAvailable) => ({ minAvailable })),
  countOrPercent(4).map((maxUnavailable) => ({ maxUnavailable })),
);

const podClass = fc.record({ image, ready: fc.boolean() });

function weighted(weight: number, arbitrary: fc.Arbitrary<Step>): fc.WeightedArbitrary<Step> {
  return { weight, arbitrary };
}

const pause = fc.constant<Step>({ kind: 'pause' });
const resume = fc.constant<Step>({ kind: 'resume' });
const release = fc.constant<Step>({ kind: 'release' });

const becomeReady = fc.record({
  kind: fc.constant('ready' as const),
  image,
  all: fc.boolean(),
});
const setImage = fc.record({ kind: fc.constant('image' as const), image });
const scale = fc.record({ kind: fc.constant('scale' as const), replicas: fc.integer({ min: 0, max: 12 }) });
const becomeUnready = fc.record({ kind: fc.constant('unready' as const), image });
const podStep = (name: 'crash' | 'delete' | 'evict'): fc.Arbitrary<Step> =>
  podClass.map((pod) => ({ kind: name, ...pod }));

const rolloutSteps = fc.oneof(
  weighted(10, becomeReady),
  weighted(4, setImage),
  weighted(4, scale),
  weighted(2, pause),
  weighted(3, resume),
  weighted(
    2,
    strategy.map((changes) => ({ kind: 'surge', ...changes })),
  ),
  weighted(2, becomeUnready),
  weighted(1, podStep('crash')),
  weighted(2, podStep('delete')),
  weighted(1, release),
);

const evictionSteps = fc.oneof(
  weighted(8, becomeReady),
  weighted(1, setImage),
  weighted(2, scale),
  weighted(3, becomeUnready),
  weighted(2, podStep('delete')),
  weighted(10, podStep('evict')),
  weighted(2, release),
);

const statefulSteps = fc.oneof(
  weighted(10, becomeReady),
  weighted(3, setImage),
  weighted(3, scale),
  weighted(2, becomeUnready),
  weighted(1, podStep('crash')),
  weighted(2, podStep('delete')),
  weighted(1, podStep('evict')),
  weighted(2, release),
);

const waits = fc.constantFrom<Step>({ kind: 'wait', seconds: 6 }, { kind: 'wait', seconds: 14 });
const timedSteps = fc.oneof(
  weighted(6, becomeReady),
  weighted(2, setImage),
  weighted(1, scale),
  weighted(1, pause),
  weighted(2, resume),
  weighted(1, becomeUnready),
  weighted(4, waits),
  weighted(1, fc.constantFrom<Step>({ kind: 'min-ready', seconds: 0 }, { kind: 'min-ready', seconds: 4 })),
);

/** A node falls silent, is noticed, its pods are given up, and it comes back. */
const nodeLoss: readonly Step[] = [
  { kind: 'fail-node' },
  { kind: 'wait', seconds: 9 },
  { kind: 'wait', seconds: 9 },
  { kind: 'ready', image: 'a', all: true },
  { kind: 'restore-node' },
];

/** A node that comes back before its pods are given up keeps them. */
const nodePause: readonly Step[] = [
  { kind: 'fail-node' },
  { kind: 'wait', seconds: 9 },
  { kind: 'restore-node' },
  { kind: 'wait', seconds: 9 },
];

const common: Omit<Workload, 'stableNames'> = {
  replicas: 0,
  maxSurge: '25%',
  maxUnavailable: '25%',
  minReadySeconds: 0,
  progressDeadlineSeconds: 600,
  revisionHistoryLimit: 10,
  nodes: 3,
  holdsTerminating: false,
};

const replicas = fc.integer({ min: 1, max: 12 });
const nodes = fc.integer({ min: 1, max: 4 });

const rollouts = fc
  .record({
    strategy,
    replicas,
    nodes,
    holdsTerminating: fc.boolean(),
    steps: fc.array(rolloutSteps, { minLength: 10, maxLength: 18 }),
  })
  .map(({ strategy: settings, steps, ...workload }): Plan => ({
    workload: { ...common, stableNames: false, ...workload, ...settings },
    steps: [{ kind: 'ready', image: 'a', all: true }, { kind: 'image', image: 'b' }, ...steps],
  }));

const evictions = fc
  .record({
    replicas,
    nodes,
    budget,
    holdsTerminating: fc.boolean(),
    steps: fc.array(evictionSteps, { minLength: 10, maxLength: 18 }),
  })
  .map(({ steps, ...workload }): Plan => ({
    workload: { ...common, stableNames: false, ...workload },
    steps: [{ kind: 'ready', image: 'a', all: true }, ...steps],
  }));

/** Equal pods on few nodes: who is where after a drain follows from the number of nodes. */
const drains = fc
  .record({
    nodes: fc.integer({ min: 1, max: 3 }),
    perNode: fc.integer({ min: 1, max: 4 }),
    budget,
    unready: fc.integer({ min: 0, max: 2 }),
    holdsTerminating: fc.boolean(),
  })
  .map(({ nodes: count, perNode, unready, ...workload }): Plan => ({
    workload: { ...common, stableNames: false, ...workload, nodes: count, replicas: count * perNode },
    steps: [
      { kind: 'ready', image: 'a', all: true },
      ...Array<Step>(count === 1 ? unready : 0).fill({ kind: 'unready', image: 'a' }),
      { kind: 'drain' },
      { kind: 'ready', image: 'a', all: false },
      { kind: 'drain' },
      { kind: 'ready', image: 'a', all: true },
      { kind: 'drain' },
      { kind: 'release' },
      { kind: 'uncordon' },
      { kind: 'ready', image: 'a', all: true },
    ],
  }));

const statefulSets = fc
  .record({
    replicas: fc.integer({ min: 1, max: 6 }),
    holdsTerminating: fc.boolean(),
    steps: fc.array(statefulSteps, { minLength: 8, maxLength: 14 }),
  })
  .map(({ steps, ...workload }): Plan => ({
    workload: { ...common, stableNames: true, ...workload },
    steps: [{ kind: 'ready', image: 'a', all: true }, ...steps],
  }));

const timed = fc
  .record({
    strategy,
    replicas: fc.integer({ min: 1, max: 6 }),
    minReadySeconds: fc.constantFrom(0, 4),
    progressDeadlineSeconds: fc.constantFrom(10, 600),
    revisionHistoryLimit: fc.constantFrom(0, 1, 10),
    steps: fc.array(timedSteps, { minLength: 6, maxLength: 10 }),
  })
  .map(({ strategy: settings, steps, ...workload }): Plan => ({
    workload: { ...common, stableNames: false, ...workload, ...settings },
    steps: [
      { kind: 'ready', image: 'a', all: false },
      { kind: 'ready', image: 'a', all: true },
      { kind: 'wait', seconds: 6 },
      { kind: 'image', image: 'b' },
      ...steps,
    ],
  }));

const nodeLosses = fc
  .record({
    nodes: fc.integer({ min: 2, max: 4 }),
    perNode: fc.integer({ min: 1, max: 3 }),
    loss: fc.constantFrom(nodeLoss, nodePause),
  })
  .map(({ nodes: count, perNode, loss }): Plan => ({
    workload: { ...common, stableNames: false, nodes: count, replicas: count * perNode },
    steps: [{ kind: 'ready', image: 'a', all: true }, ...loss],
  }));

const allReady: Step = { kind: 'ready', image: 'a', all: true };
const nextReady = (image: Image): Step => ({ kind: 'ready', image, all: false });

/** What chance seldom meets. */
const cornerPlans: readonly Plan[] = [
  {
    // Rounds to no surge and none unavailable: one may be missing.
    workload: { ...common, stableNames: false, replicas: 3, maxSurge: 0, maxUnavailable: '10%' },
    steps: [allReady, { kind: 'image', image: 'b' }, nextReady('b'), nextReady('b'), nextReady('b')],
  },
  {
    workload: { ...common, stableNames: false, replicas: 4, maxSurge: '30%', maxUnavailable: '30%' },
    steps: [
      allReady,
      { kind: 'image', image: 'b' },
      nextReady('b'),
      { kind: 'scale', replicas: 8 },
      { kind: 'image', image: 'a' },
      nextReady('a'),
      { kind: 'scale', replicas: 2 },
    ],
  },
  {
    workload: { ...common, stableNames: false, replicas: 2, revisionHistoryLimit: 1 },
    steps: [
      allReady,
      { kind: 'image', image: 'b' },
      { kind: 'ready', image: 'b', all: true },
      { kind: 'image', image: 'c' },
      { kind: 'ready', image: 'c', all: true },
      { kind: 'wait', seconds: 6 },
    ],
  },
  {
    workload: {
      ...common,
      stableNames: false,
      replicas: 2,
      minReadySeconds: 20,
      maxSurge: 1,
      maxUnavailable: 0,
    },
    steps: [
      allReady,
      { kind: 'wait', seconds: 30 },
      { kind: 'image', image: 'b' },
      nextReady('b'),
      { kind: 'wait', seconds: 30 },
    ],
  },
  {
    workload: { ...common, stableNames: false, replicas: 2, progressDeadlineSeconds: 40 },
    steps: [
      allReady,
      { kind: 'image', image: 'b' },
      { kind: 'wait', seconds: 60 },
      { kind: 'pause' },
      { kind: 'resume' },
      nextReady('b'),
    ],
  },
  {
    workload: {
      ...common,
      stableNames: false,
      replicas: 5,
      maxSurge: 0,
      maxUnavailable: 2,
      holdsTerminating: true,
    },
    steps: [
      allReady,
      { kind: 'unready', image: 'a' },
      { kind: 'image', image: 'b' },
      { kind: 'pause' },
      { kind: 'image', image: 'c' },
      { kind: 'scale', replicas: 7 },
      { kind: 'resume' },
      { kind: 'release' },
    ],
  },
  {
    // A pod that is not ready needs no room where the budget is met, and may not go where it is not.
    workload: { ...common, stableNames: false, replicas: 4, budget: { minAvailable: 3 } },
    steps: [
      nextReady('a'),
      nextReady('a'),
      { kind: 'evict', image: 'a', ready: false },
      nextReady('a'),
      { kind: 'evict', image: 'a', ready: true },
      { kind: 'evict', image: 'a', ready: false },
      { kind: 'evict', image: 'a', ready: false },
    ],
  },
];

export const families = {
  corners: fc.constantFrom(...cornerPlans),
  rollouts,
  evictions,
  drains,
  statefulSets,
  timed,
  nodeLosses,
} as const;
export type Family = keyof typeof families;

export interface GeneratedPlan {
  readonly id: string;
  readonly plan: Plan;
}

/** So many plans of a family, all of them where they are written by hand; equal seeds give equal plans. */
export function plansOf(family: Family, seed: number, count: number): readonly GeneratedPlan[] {
  const plans =
    family === 'corners' ? cornerPlans : fc.sample<Plan>(families[family], { seed, numRuns: count });
  return plans.map((plan, index) => ({ id: `${family} ${seed} #${index}`, plan }));
}
