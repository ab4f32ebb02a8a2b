import type { PodTemplate } from './deployment.ts';

/** Pods of one template, as the Deployment's controller keeps them. */
export interface ReplicaSet {
  readonly template: PodTemplate;
  /** Position by creation; a return to its template makes it the new one again, but no younger. */
  readonly created: number;
  /** Position by use: of two sets the one with the higher revision was the new one later. */
  revision: number;
  replicas: number;
  /** Replicas that the Deployment wanted when the set was last sized. */
  knownReplicas: number;
  /** The same and surge together. */
  knownMaximum: number;
}

/** What others may see of it. */
export type ReplicaSetView = Pick<ReplicaSet, 'template' | 'created' | 'revision' | 'replicas'>;

/** A new size of a ReplicaSet, in the order in which the controller writes them. */
export interface ReplicaSetResize {
  readonly deployment: string;
  readonly template: PodTemplate;
  readonly from: number;
  readonly to: number;
}
