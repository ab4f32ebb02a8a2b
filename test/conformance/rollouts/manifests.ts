import type { PlannedMetric, PlannedRollout, PlannedStep } from './plan.ts';

/** Objects that belong to one planned rollout, in the order in which they are made. */
export interface Manifest {
  readonly path: string;
  readonly body: { readonly metadata: { readonly name: string } };
}

const core = '/api/v1/namespaces/default';
const argo = '/apis/argoproj.io/v1alpha1/namespaces/default';

export const rolloutsPath = `${argo}/rollouts`;
export const analysisRunsPath = `${argo}/analysisruns`;
export const replicaSetsPath = '/apis/apps/v1/namespaces/default/replicasets';

export function imageOf(version: string): string {
  return `app:${version}`;
}

export function versionOfImage(image: string): string {
  return image.replace('app:', '');
}

/** With a router: nginx, whose Ingress is an object of the API server and needs nothing that runs. */
export function manifestsOf(
  name: string,
  planned: PlannedRollout,
  version: string,
  metricsPort: number,
): readonly Manifest[] {
  const manifests: Manifest[] = [];
  if (planned.routed) {
    for (const service of [`${name}-canary`, `${name}-stable`]) {
      const body = {
        metadata: { name: service },
        spec: { selector: { app: name }, ports: [{ port: 80 }] },
      };
      manifests.push({ path: `${core}/services`, body });
    }
    const backend = { service: { name: `${name}-stable`, port: { number: 80 } } };
    const rule = { host: name, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } };
    const ingress = { metadata: { name }, spec: { ingressClassName: 'nginx', rules: [rule] } };
    manifests.push({ path: '/apis/networking.k8s.io/v1/namespaces/default/ingresses', body: ingress });
  }
  const template = (suffix: string, metrics: readonly PlannedMetric[]): void => {
    const body = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisTemplate',
      metadata: { name: `${name}-${suffix}` },
      spec: { metrics: metrics.map((metric) => metricManifest(name, metric, metricsPort)) },
    };
    manifests.push({ path: `${argo}/analysistemplates`, body });
  };
  for (const [index, step] of planned.steps.entries()) {
    if (step.kind === 'analysis') template(`step-${index}`, step.metrics);
  }
  if (planned.background !== undefined) template('background', planned.background.metrics);
  return [...manifests, { path: rolloutsPath, body: rolloutManifest(name, planned, version) }];
}

function rolloutManifest(name: string, planned: PlannedRollout, version: string): Manifest['body'] {
  const { background, routed } = planned;
  const canary = {
    maxSurge: planned.maxSurge,
    maxUnavailable: planned.maxUnavailable,
    steps: planned.steps.map((step, index) => stepManifest(name, step, index)),
    ...(background === undefined
      ? {}
      : {
          analysis: {
            startingStep: background.startingStep,
            templates: [{ templateName: `${name}-background` }],
          },
        }),
    ...(routed
      ? {
          canaryService: `${name}-canary`,
          stableService: `${name}-stable`,
          trafficRouting: { nginx: { stableIngress: name } },
          ...(planned.dynamicStableScale ? { dynamicStableScale: true } : { scaleDownDelaySeconds: 1 }),
          ...(planned.abortScaleDownDelaySeconds === undefined
            ? {}
            : { abortScaleDownDelaySeconds: planned.abortScaleDownDelaySeconds }),
        }
      : {}),
  };
  const body = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name },
    spec: {
      replicas: planned.replicas,
      revisionHistoryLimit: 20,
      progressDeadlineSeconds: planned.progressDeadlineSeconds,
      progressDeadlineAbort: planned.progressDeadlineAbort,
      analysis: { successfulRunHistoryLimit: 100, unsuccessfulRunHistoryLimit: 100 },
      selector: { matchLabels: { app: name } },
      template: podTemplate(name, version),
      strategy: { canary },
    },
  };
  return body;
}

export function podTemplate(name: string, version: string): unknown {
  return {
    metadata: { labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'main', image: imageOf(version) }],
    },
  };
}

function stepManifest(name: string, step: PlannedStep, index: number): unknown {
  switch (step.kind) {
    case 'setWeight':
      return { setWeight: step.weight };
    case 'pause':
      return { pause: step.seconds === undefined ? {} : { duration: step.seconds } };
    case 'canaryReplicas':
      return { setCanaryScale: { replicas: step.replicas } };
    case 'canaryWeight':
      return { setCanaryScale: { weight: step.weight } };
    case 'matchTrafficWeight':
      return { setCanaryScale: { matchTrafficWeight: true } };
    case 'analysis':
      return { analysis: { templates: [{ templateName: `${name}-step-${index}` }] } };
  }
}

function metricManifest(name: string, metric: PlannedMetric, port: number): unknown {
  const server = `http://127.0.0.1:${port}`;
  const key = `${name}/${metric.name}`;
  return {
    name: metric.name,
    interval: '1s',
    failureLimit: metric.failureLimit,
    inconclusiveLimit: metric.inconclusiveLimit,
    consecutiveErrorLimit: metric.consecutiveErrorLimit,
    ...(metric.consecutiveSuccessLimit === 0
      ? {}
      : { consecutiveSuccessLimit: metric.consecutiveSuccessLimit }),
    ...(metric.count === undefined ? {} : { count: metric.count }),
    ...(metric.success === undefined ? {} : { successCondition: metric.success }),
    ...(metric.failure === undefined ? {} : { failureCondition: metric.failure }),
    provider:
      metric.provider === 'web'
        ? { web: { url: `${server}/web/${key}`, jsonPath: '{$.value}', timeoutSeconds: 5 } }
        : { prometheus: { address: server, query: key } },
  };
}
