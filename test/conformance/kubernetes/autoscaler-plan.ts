import fc from 'fast-check';
import type { ScalingBehaviour } from '../../../sim/kubernetes/index.ts';

/** What the pods use from then on. */
export interface Load {
  readonly seconds: number;
  /** Of each pod that is measured, in the order of their creation, repeated as often as it takes. */
  readonly usageMilli: readonly number[];
  /** Every so-manieth pod has no measurement; 0: all have one. */
  readonly missingEvery: number;
  /** Pods that come meanwhile become ready after this long; undefined: never. */
  readonly readyAfterMs?: number;
  /** Every so-manieth ready pod stops to be ready; 0: none. */
  readonly unreadyEvery: number;
}

export interface AutoscalerPlan {
  readonly replicas: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly targetCpuPercent: number;
  readonly behaviour?: ScalingBehaviour;
  readonly loads: readonly Load[];
}

/** Each pod asks for this much. */
export const requestMilli = 1_000;

const policies = fc.array(
  fc.record({
    kind: fc.constantFrom('pods' as const, 'percent' as const),
    value: fc.constantFrom(1, 2, 3, 4, 10, 25, 34, 50, 100, 150),
    periodMs: fc.constantFrom(2_000, 4_000, 7_000),
  }),
  { minLength: 1, maxLength: 3 },
);
const rules = fc.record({
  stabilizationMs: fc.constantFrom(0, 3_000, 6_000),
  select: fc.constantFrom(...(['max', 'max', 'max', 'max', 'min', 'min', 'disabled'] as const)),
  policies,
});

/** Around the target most often, so that the tolerance is met from both sides. */
const usages = fc.oneof(
  fc.array(fc.constantFrom(0, 40, 100, 250, 400, 500, 700, 900, 1_500), { minLength: 1, maxLength: 4 }),
  fc.constantFrom(...[440, 449, 450, 451, 460, 540, 549, 550, 551, 559, 560, 566].map((milli) => [milli])),
);

const load = fc.record(
  {
    seconds: fc.integer({ min: 3, max: 8 }),
    usageMilli: usages,
    missingEvery: fc.constantFrom(0, 0, 0, 2, 3),
    readyAfterMs: fc.constantFrom(0, 0, 500, 1_500, 4_000),
    unreadyEvery: fc.constantFrom(0, 0, 0, 0, 0, 0, 2, 3),
  },
  { requiredKeys: ['seconds', 'usageMilli', 'missingEvery', 'unreadyEvery'] },
);

const plans: fc.Arbitrary<AutoscalerPlan> = fc.record(
  {
    replicas: fc.integer({ min: 1, max: 12 }),
    minReplicas: fc.integer({ min: 1, max: 4 }),
    maxReplicas: fc.integer({ min: 6, max: 30 }),
    targetCpuPercent: fc.constantFrom(50, 50, 50, 30, 70, 80, 120),
    behaviour: fc.record({ up: rules, down: rules }),
    loads: fc.array(load, { minLength: 5, maxLength: 8 }),
  },
  { requiredKeys: ['replicas', 'minReplicas', 'maxReplicas', 'targetCpuPercent', 'loads'] },
);

/** Equal seeds give equal plans. */
export function autoscalerPlans(seed: number, count: number): readonly AutoscalerPlan[] {
  return fc.sample(plans, { seed, numRuns: count });
}
