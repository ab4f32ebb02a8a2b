import fc from 'fast-check';
import { expect, test } from 'vitest';
import { basicCanaryReplicas } from '../../../../scenarios/dry-run/argo/basic-canary.ts';

// Vectors of delivery 1L: replicas, weight, canary, stable.
test.each([
  [3, 20, 1, 3],
  [3, 40, 1, 2],
  [3, 60, 2, 1],
  [3, 80, 3, 1],
  [10, 1, 1, 10],
  [10, 10, 1, 9],
  [10, 25, 3, 8],
  [10, 99, 10, 1],
  [30, 10, 3, 27],
  [30, 25, 8, 23],
])('%d replicas at %d %% with surge: %d canary, %d stable', (replicas, weight, canary, stable) => {
  expect(basicCanaryReplicas(replicas, weight, 1)).toEqual({ canary, stable });
});

test.each([
  [3, 20, 1, 2],
  [10, 25, 3, 7],
  [1, 50, 1, 0],
])('%d replicas at %d %% without surge: %d canary, %d stable', (replicas, weight, canary, stable) => {
  expect(basicCanaryReplicas(replicas, weight, 0)).toEqual({ canary, stable });
});

test('a share between 1 and 99 % has pods of both versions, and never more than one pod of surge', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 60 }),
      fc.integer({ min: 1, max: 99 }),
      fc.boolean(),
      (replicas, weight, surge) => {
        const { canary, stable } = basicCanaryReplicas(replicas, weight, surge ? 1 : 0);
        expect(Math.min(canary, stable)).toBeGreaterThanOrEqual(1);
        expect([replicas, surge ? replicas + 1 : replicas]).toContain(canary + stable);
      },
    ),
  );
});
