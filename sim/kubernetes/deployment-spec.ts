import type { DisruptionBudget } from './disruption-budget.ts';
import type { AutoscalerSpec } from './horizontal-autoscaler.ts';
import type { Pod } from './pod.ts';
import type { CountOrPercent } from './rolling-update.ts';
import type { DurationRange } from './settings.ts';

/** A probe of the kubelet (delivery 70). Success needs one answer, failure `failureThreshold` in a row. */
export interface ProbeSpec {
  readonly initialDelayMs: number;
  readonly periodMs: number;
  /** How long an answer may take: a frozen process fails this much after the probe was sent. */
  readonly timeoutMs: number;
  readonly failureThreshold: number;
}

export const defaultProbe: ProbeSpec = {
  initialDelayMs: 0,
  periodMs: 10_000,
  timeoutMs: 1_000,
  failureThreshold: 3,
};

/** A Deployment as data. What has a default may be left out: see `withDefaults`. */
export interface DeploymentSpec {
  readonly name: string;
  readonly image: string;
  readonly replicas: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Of the pod template: each process finds it in its `Process` port. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Request of each pod; what the scheduler counts. */
  readonly cpuMilli?: number;
  readonly terminationGraceMs?: number;
  /** Sleep of the preStop hook, inside the grace period (delivery 71). */
  readonly preStopMs?: number;
  readonly maxSurge?: CountOrPercent;
  readonly maxUnavailable?: CountOrPercent;
  /** How long a pod must be ready before it counts as available. */
  readonly minReadyMs?: number;
  /** Without progress for this long, the Deployment says so; nothing else happens (delivery 65). */
  readonly progressDeadlineMs?: number;
  /** Old ReplicaSets without pods that are kept for a return to their template (delivery 65). */
  readonly revisionHistoryLimit?: number;
  readonly readiness?: ProbeSpec;
  readonly liveness?: ProbeSpec;
  /** From the order to start a container to its first instruction. */
  readonly startup?: DurationRange;
  /** Pods keep the names `<name>-0`, `<name>-1`, … and are replaced in place, the highest first, one at a time. */
  readonly stableNames?: boolean;
  readonly disruptionBudget?: DisruptionBudget;
  readonly autoscaler?: AutoscalerSpec;
  /** Starts the component in a new container: `pod.process`, `pod.processPort` and `pod.host` are those of this start. */
  start(pod: Pod): void;
}

type Optional = 'disruptionBudget' | 'autoscaler';

export type CompleteDeploymentSpec = Required<Omit<DeploymentSpec, Optional>> &
  Pick<DeploymentSpec, Optional>;

/** What its users may change while it runs. */
export interface RolloutSettings extends Pick<
  CompleteDeploymentSpec,
  'maxSurge' | 'maxUnavailable' | 'minReadyMs' | 'progressDeadlineMs' | 'revisionHistoryLimit'
> {
  /** Resizing goes on, the rollout does not (delivery 69). */
  readonly paused: boolean;
}

/** Defaults of Kubernetes where it has one (delivery 65, 70, 71), else of delivery §1N. */
export function withDefaults(spec: DeploymentSpec): CompleteDeploymentSpec {
  return {
    labels: {},
    environment: {},
    cpuMilli: 1_000,
    terminationGraceMs: 30_000,
    preStopMs: 0,
    maxSurge: '25%',
    maxUnavailable: '25%',
    minReadyMs: 0,
    progressDeadlineMs: 600_000,
    revisionHistoryLimit: 10,
    readiness: defaultProbe,
    liveness: defaultProbe,
    startup: { lowMs: 1_000, highMs: 3_000 },
    stableNames: false,
    ...spec,
  };
}
