import type { CountOrPercent, DisruptionBudget } from '../../../sim/kubernetes/index.ts';

export const images = ['a', 'b', 'c', 'd'] as const;
export type Image = (typeof images)[number];

/** What a sequence runs on: one Deployment or StatefulSet with nodes of its own. */
export interface Workload {
  readonly stableNames: boolean;
  readonly replicas: number;
  readonly maxSurge: CountOrPercent;
  readonly maxUnavailable: CountOrPercent;
  readonly minReadySeconds: number;
  readonly progressDeadlineSeconds: number;
  readonly revisionHistoryLimit: number;
  readonly budget?: DisruptionBudget;
  readonly nodes: number;
  /** Pods that are to go stay until a step releases them. */
  readonly holdsTerminating: boolean;
}

/** Pods that nothing tells apart; a step takes the first of them. */
export interface PodClass {
  readonly image: Image;
  readonly ready: boolean;
}

export type Step =
  | { readonly kind: 'image'; readonly image: Image }
  | { readonly kind: 'scale'; readonly replicas: number }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'surge'; readonly maxSurge: CountOrPercent; readonly maxUnavailable: CountOrPercent }
  | { readonly kind: 'min-ready'; readonly seconds: number }
  /** Pods of an image become ready: one of them, or all that are there now and come meanwhile. */
  | { readonly kind: 'ready'; readonly image: Image; readonly all: boolean }
  | { readonly kind: 'unready'; readonly image: Image }
  | ({ readonly kind: 'crash' } & PodClass)
  | ({ readonly kind: 'delete' } & PodClass)
  | ({ readonly kind: 'evict' } & PodClass)
  /** Terminating pods are gone. */
  | { readonly kind: 'release' }
  /** Cordons the fullest node, if none is cordoned yet, and asks once for every pod of it to be evicted. */
  | { readonly kind: 'drain' }
  | { readonly kind: 'uncordon' }
  /** The fullest node falls silent. */
  | { readonly kind: 'fail-node' }
  | { readonly kind: 'restore-node' }
  | { readonly kind: 'wait'; readonly seconds: number };

export interface Plan {
  readonly workload: Workload;
  readonly steps: readonly Step[];
}
