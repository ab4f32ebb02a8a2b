import type { Kernel } from '../kernel/index.ts';
import type { Network } from '../network/index.ts';
import type { ControllerRules } from './controller-rules.ts';
import type { KubernetesEvent, PodEnd } from './kubernetes-event.ts';
import { ClusterNode } from './node.ts';
import type { Pod } from './pod.ts';
import type { KubernetesSettings } from './settings.ts';

export type PodChange = 'created' | 'scheduled' | 'ready' | 'unready' | 'terminating' | 'removed';

/** Whoever watches the API for pods. Called at once; a watcher adds the delay that it has in reality. */
export type PodWatcher = (pod: Pod, change: PodChange) => void;

/** What the API server holds: nodes and pods, and the transitions that everyone may see. */
export class Cluster {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly settings: KubernetesSettings;
  readonly rules: ControllerRules;
  readonly record: (event: KubernetesEvent) => void;
  readonly nodes: readonly ClusterNode[];
  readonly pods = new Map<string, Pod>();
  readonly #watchers: PodWatcher[] = [];

  constructor(
    kernel: Kernel,
    network: Network,
    settings: KubernetesSettings,
    record: (event: KubernetesEvent) => void,
    rules: ControllerRules,
  ) {
    this.kernel = kernel;
    this.network = network;
    this.settings = settings;
    this.record = record;
    this.rules = rules;
    this.nodes = settings.nodes.map((node, index) => new ClusterNode(node, index));
    for (const node of this.nodes)
      for (const image of settings.preloadedImages) node.imagesAtUs.set(image, 0);
  }

  watch(watcher: PodWatcher): void {
    this.#watchers.push(watcher);
  }

  /** Throws a `RangeError` for a name that no node has. */
  node(name: string): ClusterNode {
    const node = this.nodes.find((candidate) => candidate.name === name);
    if (node === undefined) throw new RangeError(`no node ${name}`);
    return node;
  }

  addPod(pod: Pod): void {
    this.pods.set(pod.name, pod);
    this.record({ kind: 'pod.created', pod: pod.name, deployment: pod.deployment });
    this.#tell(pod, 'created');
  }

  bindPod(pod: Pod, node: ClusterNode): void {
    node.bind(pod);
    pod.phase = 'starting';
    this.record({ kind: 'pod.scheduled', pod: pod.name, deployment: pod.deployment, node: node.name });
    this.#tell(pod, 'scheduled');
  }

  setReady(pod: Pod, ready: boolean): void {
    if (pod.ready === ready || pod.phase === 'ended') return;
    pod.ready = ready;
    pod.readySinceUs = this.kernel.nowUs;
    this.record({ kind: ready ? 'pod.ready' : 'pod.unready', pod: pod.name, deployment: pod.deployment });
    this.#tell(pod, ready ? 'ready' : 'unready');
  }

  /** The deletion is in the API; grace runs from now (delivery 71). A pod without a node is gone at once. */
  requestDeletion(pod: Pod, graceMs: number): void {
    const graceEndsUs = this.kernel.nowUs + graceMs * 1000;
    if (pod.phase === 'ended' || (pod.terminating && pod.graceEndsUs <= graceEndsUs)) return;
    pod.graceEndsUs = graceEndsUs;
    if (!pod.terminating) {
      pod.terminating = true;
      this.record({ kind: 'pod.terminating', pod: pod.name, deployment: pod.deployment });
    }
    this.#tell(pod, 'terminating');
    if (pod.node === undefined) this.removePod(pod, pod.lastEnd);
  }

  /** The object is gone from the API. */
  removePod(pod: Pod, how: PodEnd): void {
    if (pod.phase === 'ended') return;
    pod.phase = 'ended';
    pod.ready = false;
    if (this.pods.get(pod.name) === pod) this.pods.delete(pod.name);
    pod.node?.release(pod);
    this.record({ kind: 'pod.ended', pod: pod.name, deployment: pod.deployment, how });
    this.#tell(pod, 'removed');
  }

  #tell(pod: Pod, change: PodChange): void {
    for (const watcher of this.#watchers) watcher(pod, change);
  }
}
