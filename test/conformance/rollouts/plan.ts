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
  | { readonly kind: 'analysis'; readonly metrics: readonly PlannedMetric[] };

export interface PlannedRollout {
  readonly replicas: number;
  readonly routed: boolean;
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
}

export interface RecordedPlan {
  readonly plan: RolloutPlan;
  readonly observations: readonly Observation[];
}

export function metricsOf({ steps, background }: PlannedRollout): readonly PlannedMetric[] {
  return [
    ...steps.flatMap((step) => (step.kind === 'analysis' ? step.metrics : [])),
    ...(background?.metrics ?? []),
  ];
}

/** A message without what an error of a provider says in its own words. */
export function plainMessage(message: string): string {
  return message.replace(/: "?Error Message: .*$/s, '');
}
