import type { EventHandle } from '../kernel/index.ts';
import type { Cluster } from './cluster.ts';
import type { Kubelet } from './kubelet.ts';
import type { ClusterNode } from './node.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * Nodes that die and come back. Nobody knows at once: NotReady after 40 s, its pods are deleted after another 300 s
 * and stay Terminating until the node is back, and only then replacements are made (delivery 76).
 * Not modelled: a node cut off from the API server whose pods run on; the 40 s run from the failure and not from the
 * last lease, which is up to 10 s older.
 */
export class NodeLifecycle {
  readonly #cluster: Cluster;
  readonly #kubelet: Kubelet;
  readonly #scheduler: Scheduler;
  readonly #timers = new Map<ClusterNode, EventHandle>();

  constructor(cluster: Cluster, kubelet: Kubelet, scheduler: Scheduler) {
    this.#cluster = cluster;
    this.#kubelet = kubelet;
    this.#scheduler = scheduler;
  }

  fail(node: ClusterNode): void {
    if (!node.up) return;
    const { kernel, record, settings } = this.#cluster;
    node.up = false;
    record({ kind: 'node.down', node: node.name });
    this.#kubelet.nodeDown(node);
    if (!node.ready) return;
    const timer = kernel.after(settings.nodeNotReadyMs * 1000, NodeLifecycle.#notReady, this, node);
    this.#timers.set(node, timer);
  }

  restore(node: ClusterNode): void {
    if (node.up) return;
    node.up = true;
    node.ready = true;
    this.#cluster.kernel.cancel(this.#timers.get(node) ?? -1);
    this.#timers.delete(node);
    this.#cluster.record({ kind: 'node.up', node: node.name });
    this.#kubelet.nodeUp(node);
    this.#scheduler.roomAppeared();
  }

  static #notReady(lifecycle: NodeLifecycle, node: ClusterNode): void {
    const { kernel, record, settings } = lifecycle.#cluster;
    node.ready = false;
    record({ kind: 'node.not-ready', node: node.name });
    for (const pod of node.pods) lifecycle.#cluster.setReady(pod, false);
    const timer = kernel.after(settings.tolerationMs * 1000, NodeLifecycle.#evict, lifecycle, node);
    lifecycle.#timers.set(node, timer);
  }

  static #evict(lifecycle: NodeLifecycle, node: ClusterNode): void {
    for (const pod of node.pods) {
      lifecycle.#cluster.requestDeletion(pod, pod.spec.terminationGraceMs);
    }
  }
}
