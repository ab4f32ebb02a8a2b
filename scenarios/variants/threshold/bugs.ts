import {
  correctThresholdPolicies,
  type ThresholdPolicies,
} from '../../../system/routing/variants/threshold/settings.ts';

/** What planted bugs put in place of the controller's policies. */
export const thresholdBugs: Readonly<Record<string, ThresholdPolicies>> = {
  /** Delivery F28: an empty answer as zero errors and enough requests. */
  'missing-is-good': {
    ...correctThresholdPolicies,
    interpret: ({ canary, stable, taskSuccess, agentHealth }) => ({
      canary: {
        requests: canary.requests ?? 1000,
        errorRate: canary.errorRate ?? 0,
        p95Ms: canary.p95Ms ?? 0,
      },
      stable,
      taskSuccess: taskSuccess ?? 1,
      agentHealth: agentHealth ?? 1,
    }),
  },
  'impatient-return': { ...correctThresholdPolicies, finishesRollback: false },
  'terminate-first': { ...correctThresholdPolicies, drainsFirst: false },
  'long-patience': { ...correctThresholdPolicies, patience: 6 },
};
