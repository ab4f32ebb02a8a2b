/** As much of the API's objects as is used here. */
export interface ObjectMeta {
  readonly name: string;
  /** Nodes have none. */
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
  }[];
}

export interface KubeObject {
  readonly metadata: ObjectMeta;
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly lastTransitionTime?: string;
}

export interface ContainerStatus {
  readonly name: string;
  readonly restartCount: number;
  readonly ready: boolean;
}

export interface KubePod extends KubeObject {
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly { readonly name: string; readonly image: string }[];
  };
  readonly status: {
    readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
    readonly startTime?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

interface PodTemplate {
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
}

export interface KubeReplicaSet extends KubeObject {
  readonly spec: {
    readonly replicas: number;
    readonly template: PodTemplate;
  };
  readonly status: {
    readonly replicas: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly observedGeneration?: number;
  };
}

export interface KubeDeployment extends KubeObject {
  readonly spec: {
    readonly replicas: number;
    readonly paused?: boolean;
    readonly template: PodTemplate;
  };
  readonly status: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly Condition[];
  };
}

export interface KubeStatefulSet extends KubeObject {
  readonly spec: { readonly replicas: number };
  readonly status: {
    readonly observedGeneration?: number;
    readonly replicas: number;
    readonly readyReplicas?: number;
    readonly updateRevision?: string;
  };
}

export interface KubeBudget extends KubeObject {
  readonly status: {
    readonly observedGeneration?: number;
    readonly currentHealthy: number;
    readonly desiredHealthy: number;
    readonly disruptionsAllowed: number;
    readonly expectedPods: number;
  };
}

export interface KubeNode extends KubeObject {
  readonly spec: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly effect: string }[];
  };
  readonly status: { readonly conditions?: readonly Condition[] };
}

export function conditionOf(
  object: { readonly status: { readonly conditions?: readonly Condition[] } },
  type: string,
): Condition | undefined {
  return object.status.conditions?.find((condition) => condition.type === type);
}

export function podReady(pod: KubePod): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True';
}
