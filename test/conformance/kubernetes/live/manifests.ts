import type { Workload } from '../plan.ts';

/** The objects of one workload. Everything of it is labelled `app` and runs on nodes that are labelled so. */
export function workloadManifest(name: string, workload: Workload): Readonly<Record<string, unknown>> {
  const labels = { app: name };
  const common = {
    replicas: workload.replicas,
    revisionHistoryLimit: workload.revisionHistoryLimit,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        nodeSelector: labels,
        terminationGracePeriodSeconds: 3_600,
        containers: [{ name: 'app', image: 'app:a', resources: { requests: { cpu: '100m' } } }],
      },
    },
  };
  const metadata = { name, labels };
  if (workload.stableNames)
    return { metadata, spec: { ...common, serviceName: name, podManagementPolicy: 'Parallel' } };
  return {
    metadata,
    spec: {
      ...common,
      minReadySeconds: workload.minReadySeconds,
      progressDeadlineSeconds: workload.progressDeadlineSeconds,
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: workload.maxSurge, maxUnavailable: workload.maxUnavailable },
      },
    },
  };
}

export function budgetManifest(name: string, budget: Workload['budget']): Readonly<Record<string, unknown>> {
  return { metadata: { name }, spec: { ...budget, selector: { matchLabels: { app: name } } } };
}
