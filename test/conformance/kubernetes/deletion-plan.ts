import fc from 'fast-check';

/** What a pod is to look like before some must go. */
export interface PodShape {
  /** Index of its node; undefined: it has none. */
  readonly node?: number;
  readonly running: boolean;
  readonly ready: boolean;
  readonly readyForSeconds: number;
  readonly restarts: number;
}

/** Pods of one ReplicaSet, some of them created later, and pods of a sibling that only crowd the nodes. */
export interface DeletionPlan {
  readonly pods: readonly PodShape[];
  readonly later: number;
  readonly laterBySeconds: number;
  readonly siblingNodes: readonly number[];
  readonly surplus: number;
}

export const nodeCount = 3;

const node = fc.integer({ min: 0, max: nodeCount - 1 });
/** Few differences at a time: where pods differ in everything, only the first criterion is looked at. */
const shape = fc.record(
  {
    node: fc.constantFrom(0, 0, 0, 1, 2),
    running: fc.constantFrom(true, true, true, true, false),
    ready: fc.constantFrom(true, true, true, false),
    readyForSeconds: fc.constantFrom(5, 5, 20, 100, 120, 500, 4_000),
    restarts: fc.constantFrom(0, 0, 0, 1, 4),
  },
  { requiredKeys: ['running', 'ready', 'readyForSeconds', 'restarts'] },
);
const uniform = fc
  .record({ node, ready: fc.boolean(), readyForSeconds: fc.constantFrom(5, 100) })
  .chain((common) =>
    fc.array(
      fc.constantFrom(0, 1, 2).map((restarts): PodShape => ({ ...common, running: true, restarts })),
      { minLength: 4, maxLength: 9 },
    ),
  );
const spread = fc
  .array(fc.record({ node, readyForSeconds: fc.constantFrom(60, 60, 400) }), { minLength: 4, maxLength: 9 })
  .map((pods) => pods.map((pod): PodShape => ({ ...pod, running: true, ready: true, restarts: 0 })));

/** Ready for different times of one magnitude: nothing decides but the name, however often they were restarted. */
const alike = fc
  .array(fc.record({ readyForSeconds: fc.constantFrom(100, 120), restarts: fc.constantFrom(0, 5) }), {
    minLength: 6,
    maxLength: 9,
  })
  .map((pods) => pods.map((pod): PodShape => ({ ...pod, node: 0, running: true, ready: true })));

const plans: fc.Arbitrary<DeletionPlan> = fc
  .oneof(fc.array(shape, { minLength: 4, maxLength: 9 }), uniform, spread, alike)
  .chain((pods) =>
    fc.record({
      pods: fc.constant(pods),
      later: fc.integer({ min: 0, max: 3 }),
      laterBySeconds: fc.constantFrom(2, 5),
      siblingNodes: fc.array(node, { maxLength: 5 }),
      surplus: fc.integer({ min: 1, max: pods.length - 1 }),
    }),
  );

/** Equal seeds give equal plans. */
export function deletionPlans(seed: number, count: number): readonly DeletionPlan[] {
  return fc.sample(plans, { seed, numRuns: count });
}
