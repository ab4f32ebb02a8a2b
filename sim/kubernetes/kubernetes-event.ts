/** How a container of a pod, and in the end the pod itself, came to its end. */
export type PodEnd =
  /** It called `exit` with code 0. */
  | 'exited'
  /** It called `exit` with another code. */
  | 'failed'
  /** SIGKILL from outside: a crash, the kernel's out-of-memory killer. */
  | 'crashed'
  /** SIGKILL because the grace period, or the wait after a failed liveness probe, was over. */
  | 'grace-expired'
  /** Its machine went down. */
  | 'node-lost'
  /** Its object was removed with grace 0; the process may still run for a moment (delivery 74). */
  | 'force-deleted'
  /** It was deleted before a container of it ran. */
  | 'never-started';

/** What Kubernetes did, as the history records it. `pod` is a pod name, `by` who asked for a change. */
export type KubernetesEvent = PodEvent | DeploymentEvent | NodeEvent;

export type PodEvent =
  | { readonly kind: 'pod.created'; readonly pod: string; readonly deployment: string }
  | {
      readonly kind: 'pod.scheduled';
      readonly pod: string;
      readonly deployment: string;
      readonly node: string;
    }
  /** No node had room; it stays Pending until one has. Recorded once for each time it becomes unschedulable. */
  | { readonly kind: 'pod.unschedulable'; readonly pod: string; readonly deployment: string }
  /** A container runs; `restarts` counts those before it in the same pod. */
  | {
      readonly kind: 'pod.started';
      readonly pod: string;
      readonly deployment: string;
      readonly uid: string;
      readonly restarts: number;
    }
  | { readonly kind: 'pod.ready'; readonly pod: string; readonly deployment: string }
  | { readonly kind: 'pod.unready'; readonly pod: string; readonly deployment: string }
  /** Deletion was asked for: the grace period runs from here. */
  | { readonly kind: 'pod.terminating'; readonly pod: string; readonly deployment: string }
  /** A container ended and is started again in the same pod after `backoffMs`. */
  | {
      readonly kind: 'pod.restarting';
      readonly pod: string;
      readonly deployment: string;
      readonly how: PodEnd;
      readonly backoffMs: number;
    }
  /** The pod is gone; `how` its last container ended. */
  | { readonly kind: 'pod.ended'; readonly pod: string; readonly deployment: string; readonly how: PodEnd }
  /**
   * The eviction API answered 429: of `healthy` ready pods the disruption budget needs `needed` (delivery 84). Where it
   * needs as many as there are `replicas`, it will always answer so.
   */
  | {
      readonly kind: 'pod.eviction-refused';
      readonly pod: string;
      readonly deployment: string;
      readonly healthy: number;
      readonly needed: number;
      readonly replicas: number;
    };

export type DeploymentEvent =
  | {
      readonly kind: 'deployment.changed';
      readonly deployment: string;
      readonly replicas: number;
      readonly image: string;
      readonly by: string;
    }
  | {
      readonly kind: 'deployment.labelled';
      readonly deployment: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly by: string;
    }
  | { readonly kind: 'update.started'; readonly deployment: string; readonly image: string }
  /** All pods are of the last template, all are available and no other is left, terminating ones aside. */
  | { readonly kind: 'update.completed'; readonly deployment: string; readonly durationMs: number }
  /** Nothing got on within the progress deadline. Told only where that was asked for; the rollout goes on (delivery 65). */
  | { readonly kind: 'update.stuck'; readonly deployment: string; readonly sinceStartMs: number };

export type NodeEvent =
  /** The machine is dead, which nobody knows yet. */
  | { readonly kind: 'node.down'; readonly node: string }
  | { readonly kind: 'node.not-ready'; readonly node: string }
  | { readonly kind: 'node.up'; readonly node: string }
  | { readonly kind: 'node.cordoned'; readonly node: string }
  | { readonly kind: 'node.uncordoned'; readonly node: string }
  /** Every pod that a drain had to evict is gone. */
  | { readonly kind: 'node.drained'; readonly node: string; readonly durationMs: number }
  /** Whoever drained it waits no longer: its time was over, or the node was uncordoned. `pods` are still there. */
  | {
      readonly kind: 'node.drain-given-up';
      readonly node: string;
      readonly pods: readonly string[];
      readonly durationMs: number;
    };
