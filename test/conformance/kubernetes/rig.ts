import type { Image, Step, Workload } from './plan.ts';

export interface PodView {
  readonly name: string;
  readonly image: Image;
  readonly ready: boolean;
  readonly terminating: boolean;
  /** Undefined while no node has room for it. */
  readonly node: string | undefined;
}

export interface Resize {
  readonly image: Image;
  readonly from: number;
  readonly to: number;
}

/** What happened since the last observation, in order. */
export interface Happened {
  readonly resizes: readonly Resize[];
  readonly created: readonly Pick<PodView, 'name' | 'image'>[];
  readonly deleted: readonly Pick<PodView, 'name' | 'image' | 'ready'>[];
}

/** What a workload looks like when its controllers have nothing more to do. */
export interface Snapshot {
  /** In the order of their creation. */
  readonly replicaSets: readonly { readonly image: Image; readonly replicas: number }[];
  /** In the order of their creation. */
  readonly pods: readonly PodView[];
  readonly counts: {
    readonly total: number;
    readonly updated: number;
    readonly ready: number;
    readonly available: number;
  };
  readonly progressing: string | undefined;
  readonly available: string | undefined;
  readonly budget:
    { readonly healthy: number; readonly needed: number; readonly allowed: number } | undefined;
}

/** How a step was answered, where it asks for an answer. */
export type Outcome = 'done' | 'nothing' | 'evicted' | 'refused' | 'not-found';

/** One world in which a plan runs. */
export interface Rig {
  deploy(workload: Workload): Promise<void>;
  apply(step: Step): Promise<readonly Outcome[]>;
  /** Resolves when the controllers have nothing more to do. */
  settle(): Promise<void>;
  snapshot(): Snapshot;
  /** Hands out what happened since the last call. */
  happened(): Happened;
  /** Milliseconds since the workload was deployed. */
  nowMs(): number;
}
