import type { KubeObject, KubeReplicaSet } from '../kubernetes/live/objects.ts';

/** As much of a Rollout's status as is read. */
export interface LiveRolloutStatus {
  readonly observedGeneration?: string;
  readonly currentStepIndex?: number;
  readonly phase?: string;
  readonly message?: string;
  readonly abort?: boolean;
  readonly abortedAt?: string;
  readonly promoteFull?: boolean;
  readonly controllerPause?: boolean;
  readonly stableRS?: string;
  readonly currentPodHash?: string;
  readonly pauseConditions?: readonly { readonly reason: string; readonly startTime: string }[];
  readonly canary?: {
    readonly weights?: {
      readonly canary: { readonly weight: number };
      readonly additional?: readonly { readonly weight: number }[];
    };
    readonly currentStepAnalysisRunStatus?: { readonly status: string };
  };
}

export interface LiveRollout extends KubeObject {
  readonly status?: LiveRolloutStatus;
}

export type LiveReplicaSet = KubeReplicaSet;

export interface LiveAnalysisRun extends KubeObject {
  readonly spec: {
    readonly terminate?: boolean;
    readonly metrics: readonly { readonly name: string; readonly count?: number | string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly message?: string;
    readonly metricResults?: readonly {
      readonly name: string;
      readonly measurements?: readonly { readonly phase: string }[];
    }[];
  };
}

export interface LiveExperiment extends KubeObject {
  readonly spec: {
    readonly terminate?: boolean;
    readonly duration?: string;
    readonly analyses?: readonly { readonly name: string }[];
    readonly templates: readonly {
      readonly name: string;
      readonly template: KubeReplicaSet['spec']['template'];
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly message?: string;
    readonly templateStatuses?: readonly { readonly name: string; readonly status?: string }[];
    readonly analysisRuns?: readonly {
      readonly name: string;
      readonly analysisRun?: string;
      readonly phase?: string;
    }[];
  };
}
