/** What a metric's provider answers: one number for each series, or an error of the server. */
export type PlannedAnswer = readonly (number | 'NaN')[] | 'error';

export interface PlannedMetric {
  readonly name: string;
  /** Of Prometheus the result is a list, of a web page the first number. */
  readonly provider: 'prometheus' | 'web';
  readonly success: string | undefined;
  readonly failure: string | undefined;
  /** Undefined: for ever, every second. */
  readonly count: number | undefined;
  readonly failureLimit: number;
  readonly inconclusiveLimit: number;
  readonly consecutiveErrorLimit: number;
  readonly consecutiveSuccessLimit: number;
}

export type PlannedStep =
  | { readonly kind: 'setWeight'; readonly weight: number }
  | { readonly kind: 'pause'; readonly seconds: number | undefined }
  | { readonly kind: 'canaryReplicas'; readonly replicas: number }
  | { readonly kind: 'canaryWeight'; readonly weight: number }
  | { readonly kind: 'matchTrafficWeight' }
  | { readonly kind: 'analysis'; readonly metrics: readonly PlannedMetric[] }
  | PlannedExperiment;

export interface PlannedExperiment {
  readonly kind: 'experiment';
  readonly templates: readonly PlannedTemplate[];
  readonly analyses: readonly PlannedExperimentAnalysis[];
  /** Undefined: until its analyses end it. */
  readonly seconds: number | undefined;
}

export interface PlannedTemplate {
  readonly name: string;
  readonly specRef: 'stable' | 'canary';
  readonly replicas: number;
  /** Percent of the traffic; with the router that can only. */
  readonly weight: number | undefined;
}

export interface PlannedExperimentAnalysis {
  readonly name: string;
  readonly required: boolean;
  readonly metrics: readonly PlannedMetric[];
}

export interface PlannedRollout {
  readonly replicas: number;
  readonly routed: boolean;
  /** nginx, unless an experiment has weights, which need a router that splits among more than two. */
  readonly router?: 'smi';
  readonly dynamicStableScale: boolean;
  readonly steps: readonly PlannedStep[];
  readonly background:
    { readonly startingStep: number; readonly metrics: readonly PlannedMetric[] } | undefined;
  readonly abortScaleDownDelaySeconds: number | undefined;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
  readonly progressDeadlineSeconds: number;
  readonly progressDeadlineAbort: boolean;
}

/** What is done to it from outside; after each act one waits until nothing changes any more. */
export type PlannedAct =
  /** A version with a number; the pods of a held one wait until it is released. */
  | { readonly kind: 'version'; readonly version: number; readonly held: boolean }
  | { readonly kind: 'release'; readonly version: number }
  | { readonly kind: 'scale'; readonly replicas: number }
  | { readonly kind: 'answer'; readonly metric: string; readonly answer: PlannedAnswer }
  /** For one measurement only; then the other. */
  | {
      readonly kind: 'answer-once';
      readonly metric: string;
      readonly answer: PlannedAnswer;
      readonly afterwards: PlannedAnswer;
    }
  /** Every experiment that runs is asked to end; the controller is killed and starts anew. */
  | { readonly kind: 'terminate-experiments' | 'restart-controller' }
  | { readonly kind: 'abort' | 'retry' | 'promote' | 'promote-full' };

export interface RolloutPlan {
  readonly rollout: PlannedRollout;
  /** The first is the first deployment. */
  readonly acts: readonly PlannedAct[];
}

/** Long enough for fake pods on a busy machine, short enough to wait for. */
export const shortDeadlineSeconds = 15;
export const firstVersion = 1;
export const goodAnswer: PlannedAnswer = [0];

/** A rollout at rest. */
export interface Observation {
  readonly stepIndex: number | null;
  /**
   * Step indexes on the way here, from the one before the act; empty with a background analysis, which may end the
   * rollout a step sooner or later.
   */
  readonly path: readonly number[];
  readonly phase: string;
  readonly message: string;
  readonly abort: boolean;
  readonly stable: string;
  readonly pauses: readonly string[];
  /** Percent of the router for the canary; null without a router. */
  readonly weight: number | null;
  /** `v2 3/4`: three of four pods available; those without pods are left out. */
  readonly replicaSets: readonly string[];
  /** `step 2 Failed: …`, sorted. */
  readonly analyses: readonly string[];
  /** Only of rollouts that have experiments: `step 1 Failed: …; baseline v1 Successful 0/0; gate Failed (Failed)`. */
  readonly experiments?: readonly string[];
  /** Percent of the router for the templates of a running experiment. */
  readonly experimentWeights?: readonly number[];
}

export interface RecordedPlan {
  readonly plan: RolloutPlan;
  readonly observations: readonly Observation[];
}

export function metricsOf({ steps, background }: PlannedRollout): readonly PlannedMetric[] {
  return [...steps.flatMap(metricsOfStep), ...(background?.metrics ?? [])];
}

function metricsOfStep(step: PlannedStep): readonly PlannedMetric[] {
  switch (step.kind) {
    case 'analysis':
      return step.metrics;
    case 'experiment':
      return step.analyses.flatMap(({ metrics }) => metrics);
    case 'setWeight':
    case 'pause':
    case 'canaryReplicas':
    case 'canaryWeight':
    case 'matchTrafficWeight':
      return [];
  }
}

export function hasExperiments({ steps }: PlannedRollout): boolean {
  return steps.some(({ kind }) => kind === 'experiment');
}

/** What an experiment shows; phases before the end are one, since the controller reads them when it happens to look. */
export interface ShownExperiment {
  readonly stepIndex: number;
  readonly phase: string;
  readonly message: string;
  readonly templates: readonly {
    readonly name: string;
    readonly version: string;
    readonly phase: string;
    readonly available: number;
    readonly desired: number;
  }[];
  /** `phase` as the experiment has it, `run` as the AnalysisRun itself. */
  readonly analyses: readonly { readonly name: string; readonly phase: string; readonly run: string }[];
}

export function describeExperiment({
  stepIndex,
  phase,
  message,
  templates,
  analyses,
}: ShownExperiment): string {
  const shown = (each: string): string => (each === '' || each === 'Pending' ? 'Running' : each);
  const parts = [
    `step ${stepIndex} ${phase}${message === '' ? '' : `: ${plainMessage(message)}`}`,
    ...templates.map(
      (each) => `${each.name} ${each.version} ${each.phase} ${each.available}/${each.desired}`,
    ),
    ...analyses.map(({ name, phase: seen, run }) => `${name} ${shown(seen)} (${shown(run)})`),
  ];
  return parts.join('; ');
}

/** A message without what an error of a provider says in its own words. */
export function plainMessage(message: string): string {
  return message.replace(/: "?Error Message: .*$/s, '');
}
