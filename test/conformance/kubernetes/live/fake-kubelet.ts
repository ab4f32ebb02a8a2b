import type { KubeApi } from './kube-api.ts';
import { KubeApiError } from './kube-api.ts';
import type { Informer } from './informer.ts';
import { conditionOf, type KubePod } from './objects.ts';

export interface FakeNode {
  readonly name: string;
  readonly cpuMilli: number;
  readonly podSlots: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What becomes of the pods on the nodes. */
export interface PodPolicy {
  /** From a pod's start to its readiness; undefined: never by itself. */
  readyAfterMs(pod: KubePod): number | undefined;
  /** Whether a pod that is to go stays Terminating until it is released. */
  holdsTerminating(pod: KubePod): boolean;
}

const leaseRenewMs = 1_000;
const leaseSeconds = 40;

/**
 * Machines without machines: nodes whose leases are renewed, and pods that say what a kubelet would say of them
 * (delivery 70, 71, 76). Nothing runs.
 */
export class FakeKubelet {
  readonly #api: KubeApi;
  readonly #pods: Informer<KubePod>;
  readonly #policy: PodPolicy;
  readonly #nodes = new Map<string, FakeNode>();
  readonly #down = new Set<string>();
  readonly #begun = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #leaseTimer: NodeJS.Timeout | undefined;
  #stopped = false;
  #nextAddress = 1;
  /** Calls that failed for a reason that nobody expects; the first is enough to look. */
  problem: string | undefined;

  constructor(api: KubeApi, pods: Informer<KubePod>, policy: PodPolicy) {
    this.#api = api;
    this.#pods = pods;
    this.#policy = policy;
    pods.onChange((change, pod) => {
      if (change !== 'deleted') this.#look(pod);
    });
  }

  start(): void {
    this.#leaseTimer = setInterval(() => {
      for (const name of this.#nodes.keys()) if (!this.#down.has(name)) this.#act(() => this.#renew(name));
    }, leaseRenewMs);
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#leaseTimer);
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async addNode(node: FakeNode): Promise<void> {
    const { name, labels = {} } = node;
    await this.#api.create('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases', {
      metadata: { name },
      spec: { holderIdentity: name, leaseDurationSeconds: leaseSeconds, renewTime: microTime() },
    });
    await this.#api.create('/api/v1/nodes', {
      metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    });
    const capacity = { cpu: `${node.cpuMilli}m`, memory: '256Gi', pods: String(node.podSlots) };
    await this.#api.patch(`/api/v1/nodes/${name}/status`, 'merge', {
      status: { capacity, allocatable: capacity, conditions: [this.#nodeReady()] },
    });
    this.#nodes.set(name, node);
  }

  async removeNode(name: string): Promise<void> {
    this.#nodes.delete(name);
    this.#down.delete(name);
    await this.#api.delete(`/api/v1/nodes/${name}`);
    await this.#api.delete(`/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`);
  }

  /** The machine falls silent: no lease, no word of its pods. */
  failNode(name: string): void {
    this.#down.add(name);
  }

  /** Pods that were to go are gone, the others start again and are not ready. */
  async restoreNode(name: string): Promise<void> {
    this.#down.delete(name);
    await this.#renew(name);
    await this.#api.patch(`/api/v1/nodes/${name}/status`, 'strategic', {
      status: { conditions: [this.#nodeReady()] },
    });
    for (const pod of this.#pods.objects.values()) {
      if (pod.spec.nodeName !== name) continue;
      if (pod.metadata.deletionTimestamp !== undefined) await this.release(pod);
      else await this.crash(pod);
    }
  }

  /** The pod's readiness probe starts to succeed or to fail. */
  async setReady(pod: KubePod, ready: boolean): Promise<void> {
    const status = ready ? 'True' : 'False';
    await this.#setStatus(pod, {
      conditions: [podCondition('Ready', status), podCondition('ContainersReady', status)],
      containerStatuses: [{ ...this.#containerStatus(pod), ready }],
    });
  }

  /** Its container ended and was started again: not ready, one restart more. */
  async crash(pod: KubePod): Promise<void> {
    const container = this.#containerStatus(pod);
    await this.#setStatus(pod, {
      conditions: [podCondition('Ready', 'False'), podCondition('ContainersReady', 'False')],
      containerStatuses: [{ ...container, ready: false, restartCount: container.restartCount + 1 }],
    });
  }

  /** The last container of a terminating pod ended: the object goes. */
  async release(pod: KubePod): Promise<void> {
    try {
      await this.#api.delete(podPath(pod), {
        gracePeriodSeconds: 0,
        preconditions: { uid: pod.metadata.uid },
      });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  #look(pod: KubePod): void {
    const { nodeName } = pod.spec;
    if (this.#stopped || nodeName === undefined || !this.#nodes.has(nodeName) || this.#down.has(nodeName))
      return;
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (!this.#policy.holdsTerminating(pod)) this.#act(() => this.release(pod));
    } else if (!this.#begun.has(pod.metadata.uid)) {
      this.#begun.add(pod.metadata.uid);
      this.#act(() => this.#begin(pod));
    }
  }

  async #begin(pod: KubePod): Promise<void> {
    const address = `10.1.${Math.floor(this.#nextAddress / 250) % 250}.${(this.#nextAddress++ % 250) + 1}`;
    await this.#setStatus(pod, {
      phase: 'Running',
      startTime: secondTime(),
      hostIP: '127.0.0.1',
      podIP: address,
      podIPs: [{ ip: address }],
      conditions: [
        podCondition('Initialized', 'True'),
        podCondition('Ready', 'False'),
        podCondition('ContainersReady', 'False'),
      ],
      containerStatuses: [this.#containerStatus(pod)],
    });
    const readyAfterMs = this.#policy.readyAfterMs(pod);
    if (readyAfterMs === undefined) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const present = [...this.#pods.objects.values()].find(
        ({ metadata }) => metadata.uid === pod.metadata.uid,
      );
      if (present !== undefined) this.#act(() => this.setReady(present, true));
    }, readyAfterMs);
    this.#timers.add(timer);
  }

  #containerStatus(pod: KubePod): Record<string, unknown> & { readonly restartCount: number } {
    const container = pod.spec.containers[0];
    const known = pod.status.containerStatuses?.[0];
    return {
      name: container?.name,
      image: container?.image,
      imageID: container?.image,
      ready: known?.ready ?? false,
      started: true,
      restartCount: known?.restartCount ?? 0,
      state: { running: { startedAt: secondTime() } },
    };
  }

  async #setStatus(pod: KubePod, status: Readonly<Record<string, unknown>>): Promise<void> {
    try {
      await this.#api.patch(`${podPath(pod)}/status`, 'strategic', {
        metadata: { uid: pod.metadata.uid },
        status,
      });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  async #renew(name: string): Promise<void> {
    await this.#api.patch(`/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`, 'merge', {
      spec: { renewTime: microTime() },
    });
  }

  #nodeReady(): Record<string, string> {
    const now = secondTime();
    return {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'ready',
      lastHeartbeatTime: now,
      lastTransitionTime: now,
    };
  }

  #act(action: () => Promise<void>): void {
    action().catch((error: unknown) => {
      if (this.#stopped || isGone(error)) return;
      this.problem ??= error instanceof Error ? error.message : String(error);
    });
  }
}

function podPath({ metadata }: KubePod): string {
  return `/api/v1/namespaces/${metadata.namespace ?? 'default'}/pods/${metadata.name}`;
}

/** The object was removed, or another stands under its name. */
function isGone(error: unknown): boolean {
  return error instanceof KubeApiError && (error.status === 404 || error.status === 409);
}

function podCondition(type: string, status: 'True' | 'False'): Record<string, string> {
  return { type, status, lastTransitionTime: secondTime() };
}

function secondTime(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}

function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}

/** Whether the kubelet has started the pod. */
export function hasBegun(pod: KubePod): boolean {
  return conditionOf(pod, 'Initialized') !== undefined;
}
