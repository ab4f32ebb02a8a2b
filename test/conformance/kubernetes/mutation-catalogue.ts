import {
  controllerRules,
  type CountOrPercent,
  type DeletionCandidate,
  type ScaledPod,
} from '../../../sim/kubernetes/index.ts';
import type { Mutation } from './mutation.ts';

const real = controllerRules;

function share(value: CountOrPercent, total: number, rounding: (exact: number) => number): number {
  return typeof value === 'number' ? value : rounding((Number(value.slice(0, -1)) * total) / 100);
}

/** The comparison of pods with one criterion taken out: as if all were equal in it. */
function withoutCriterion(
  forget: (candidate: DeletionCandidate) => DeletionCandidate,
): typeof real.compareForDeletion {
  return (left, right, nowUs) => real.compareForDeletion(forget(left), forget(right), nowUs);
}

/** The calculation of replicas on pods that are seen otherwise. */
function seenAs(see: (pod: ScaledPod) => ScaledPod): typeof real.replicasForCpu {
  return (current, target, pods) => real.replicasForCpu(current, target, pods.map(see));
}

/** Small errors that someone who writes such a model makes. Each must be found by what the real controllers did. */
export const mutations: Readonly<Record<string, Mutation>> = {
  'surge rounded down': {
    rules: {
      resolveFenceposts: (maxSurge, maxUnavailable, replicas) => ({
        ...real.resolveFenceposts(maxSurge, maxUnavailable, replicas),
        surge: share(maxSurge, replicas, Math.floor),
      }),
    },
  },
  'unavailable rounded up': {
    rules: {
      resolveFenceposts: (maxSurge, maxUnavailable, replicas) => ({
        ...real.resolveFenceposts(maxSurge, maxUnavailable, replicas),
        unavailable: share(maxUnavailable, replicas, Math.ceil),
      }),
    },
  },
  'surge ignored': {
    rules: {
      resolveFenceposts: (_, maxUnavailable, replicas) => real.resolveFenceposts(0, maxUnavailable, replicas),
    },
  },
  'both zero stays zero': {
    rules: {
      resolveFenceposts: (maxSurge, maxUnavailable, replicas) => ({
        surge: share(maxSurge, replicas, Math.ceil),
        unavailable: Math.min(replicas, share(maxUnavailable, replicas, Math.floor)),
      }),
    },
  },
  'unhealthy old pods not first': {
    rules: {
      sizesOfOld: (desired, unavailable, fresh, old) =>
        real.sizesOfOld(
          desired,
          unavailable,
          fresh,
          old.map((set) => ({ ...set, replicas: Math.min(set.replicas, set.available) })),
        ),
    },
  },
  'unready new pods not counted against scaling down': {
    rules: {
      sizesOfOld: (desired, unavailable, fresh, old) =>
        real.sizesOfOld(desired, unavailable, { ...fresh, available: fresh.replicas }, old),
    },
  },
  'new pods beyond the wanted ones stay': {
    rules: {
      sizeOfNew: (desired, surge, fresh, old) =>
        Math.max(fresh.replicas, real.sizeOfNew(desired, surge, fresh, old)),
    },
  },
  'resize goes to the newest set alone': {
    rules: {
      proportionalSizes: (desired, surge, sets) => {
        const total = sets.reduce((sum, set) => sum + set.replicas, 0);
        const newest = Math.max(...sets.map((set) => set.created));
        return sets.map((set) =>
          set.created === newest ? Math.max(0, set.replicas + desired + surge - total) : set.replicas,
        );
      },
    },
  },
  'resize rounded down': {
    rules: {
      proportionalSizes: (desired, surge, sets) => {
        const sizes = sets.map((set) =>
          Math.floor((set.replicas * (desired + surge)) / Math.max(1, set.knownMaximum)),
        );
        const rest = (desired > 0 ? desired + surge : 0) - sizes.reduce((sum, size) => sum + size, 0);
        return sizes.map((size, index) => (index === 0 ? Math.max(0, size + rest) : size));
      },
    },
  },
  'min ready seconds ignored': { workload: (workload) => ({ ...workload, minReadySeconds: 0 }) },
  'progress deadline ignored': {
    workload: (workload) => ({ ...workload, progressDeadlineSeconds: 600 }),
  },
  'revision history never cut': { workload: (workload) => ({ ...workload, revisionHistoryLimit: 10 }) },
  'budget percent rounded down': {
    rules: {
      desiredHealthy: (budget, replicas) =>
        'minAvailable' in budget
          ? share(budget.minAvailable, replicas, Math.floor)
          : Math.max(0, replicas - share(budget.maxUnavailable, replicas, Math.floor)),
    },
  },
  'unready pods always evicted': {
    rules: {
      evictionAllowed: (budget, replicas, healthy, ready) =>
        !ready || real.evictionAllowed(budget, replicas, healthy, ready),
    },
  },
  'unready pods need room like ready ones': {
    rules: {
      evictionAllowed: (budget, replicas, healthy) => real.evictionAllowed(budget, replicas, healthy, true),
    },
  },
  'budget allows one too many': {
    rules: {
      evictionAllowed: (budget, replicas, healthy, ready) =>
        real.evictionAllowed(budget, replicas, healthy + 1, ready),
    },
  },
  'deletion: ready does not matter': {
    rules: { compareForDeletion: withoutCriterion((pod) => ({ ...pod, ready: false })) },
  },
  'deletion: phase does not matter': {
    rules: { compareForDeletion: withoutCriterion((pod) => ({ ...pod, running: true })) },
  },
  'deletion: crowds do not matter': {
    rules: { compareForDeletion: withoutCriterion((pod) => ({ ...pod, crowd: 0 })) },
  },
  'deletion: restarts do not matter': {
    rules: { compareForDeletion: withoutCriterion((pod) => ({ ...pod, restarts: 0 })) },
  },
  'deletion: restarts matter though ready times differ': {
    rules: {
      compareForDeletion: (left, right, nowUs) =>
        real.compareForDeletion(left, right, nowUs) ||
        right.restarts - left.restarts ||
        real.compareForDeletion({ ...left, readySinceUs: 0 }, { ...right, readySinceUs: 0 }, nowUs),
    },
  },
  'deletion: the longest ready first': {
    rules: {
      compareForDeletion: (left, right, nowUs) =>
        real.compareForDeletion(
          { ...left, readySinceUs: right.readySinceUs },
          { ...right, readySinceUs: left.readySinceUs },
          nowUs,
        ),
    },
  },
  'deletion: exact ages': {
    rules: {
      compareForDeletion: (left, right, nowUs) =>
        real.compareForDeletion(left, right, nowUs) ||
        (left.ready && right.ready ? right.readySinceUs - left.readySinceUs : 0),
    },
  },
  'autoscaler: wider tolerance': {
    rules: {
      replicasForCpu: (current, target, pods) => {
        const wanted = real.replicasForCpu(current, target, pods);
        return wanted !== undefined && Math.abs(wanted - current) <= 0.2 * current ? current : wanted;
      },
    },
  },
  'autoscaler: rounds down': {
    rules: {
      replicasForCpu: (current, target, pods) => {
        const wanted = real.replicasForCpu(current, target, pods);
        return wanted === undefined || wanted === current ? wanted : wanted - 1;
      },
    },
  },
  'autoscaler: unready pods count': { rules: { replicasForCpu: seenAs((pod) => ({ ...pod, ready: true })) } },
  'autoscaler: a missing measurement is none': {
    rules: { replicasForCpu: seenAs((pod) => ({ ...pod, usageMilli: pod.usageMilli ?? 0 })) },
  },
  'autoscaler: pods stay young for long': { times: { cpuInitializationMs: 60_000 } },
  'autoscaler: measurements reach far back': { times: { metricWindowMs: 5_000 } },
  'autoscaler: pods that were never ready count': { times: { initialReadinessMs: 0 } },
  'autoscaler: no stabilization': { times: { downscaleStabilizationMs: 0 } },
};
