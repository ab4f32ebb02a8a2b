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

// The controller of Argo Rollouts strikes both roundings: up would leave no stable pod, down is as far from the share.
test.each([
  [2, 75],
  [5, 90],
  [10, 95],
  [25, 98],
  [50, 99],
])('%d replicas at %d %% without surge: the canary loses its pods', (replicas, weight) => {
  expect(basicCanaryReplicas(replicas, weight, 0)).toEqual({ canary: 0, stable: replicas });
});

test.each([0, 1])('with %d of surge every other share has pods of both versions and no pod more', (surge) => {
  for (let replicas = 2; replicas <= 60; replicas++) {
    for (let weight = 1; weight < 100; weight++) {
      const isHalfPodShort = (100 - weight) * replicas === 50;
      if (isHalfPodShort && surge === 0) continue;
      const { canary, stable } = basicCanaryReplicas(replicas, weight, surge);
      const what = `${replicas} at ${weight} %`;
      expect(Math.min(canary, stable), what).toBeGreaterThanOrEqual(1);
      expect([replicas, replicas + surge], what).toContain(canary + stable);
    }
  }
});
