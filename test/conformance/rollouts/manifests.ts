import type { PlannedExperiment, PlannedMetric, PlannedRollout, PlannedStep } from './plan.ts';

/** Objects that belong to one planned rollout, in the order in which they are made. */
export interface Manifest {
  readonly path: string;
  readonly body: { readonly metadata: { readonly name: string } };
}

const core = '/api/v1/namespaces/default';
const argo = '/apis/argoproj.io/v1alpha1/namespaces/default';

export const rolloutsPath = `${argo}/rollouts`;
export const analysisRunsPath = `${argo}/analysisruns`;
export const experimentsPath = `${argo}/experiments`;
export const replicaSetsPath = '/apis/apps/v1/namespaces/default/replicasets';

export function imageOf(version: string): string {
  return `app:${version}`;
}

export function versionOfImage(image: string): string {
  return image.replace('app:', '');
}

/** With a router: nginx (or a TrafficSplit), whose Ingress is an object of the API server and needs nothing that runs. */
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
    if (step.kind !== 'experiment') continue;
    for (const { name: analysis, metrics } of step.analyses) template(`step-${index}-${analysis}`, metrics);
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
          trafficRouting: planned.router === 'smi' ? { smi: {} } : { nginx: { stableIngress: name } },
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
      // A template with a weight has a Service, which needs a port.
      containers: [{ name: 'main', image: imageOf(version), ports: [{ containerPort: 80 }] }],
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
    case 'experiment':
      return { experiment: experimentManifest(name, step, index) };
  }
}

function experimentManifest(
  name: string,
  { templates, analyses, seconds }: PlannedExperiment,
  index: number,
): unknown {
  return {
    templates: templates.map(({ name: template, specRef, replicas, weight }) => ({
      name: template,
      specRef,
      replicas,
      ...(weight === undefined ? {} : { weight }),
    })),
    analyses: analyses.map(({ name: analysis, required }) => ({
      name: analysis,
      templateName: `${name}-step-${index}-${analysis}`,
      requiredForCompletion: required,
    })),
    ...(seconds === undefined ? {} : { duration: `${seconds}s` }),
  };
}

/** What the controller writes weights of several destinations into; nothing runs behind it. */
export const trafficSplitDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'trafficsplits.split.smi-spec.io' },
  spec: {
    group: 'split.smi-spec.io',
    scope: 'Namespaced',
    names: { kind: 'TrafficSplit', plural: 'trafficsplits', singular: 'trafficsplit' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
} as const;

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
