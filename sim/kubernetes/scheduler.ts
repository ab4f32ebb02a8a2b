import type { EventHandle, RandomStream } from '../kernel/index.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterNode } from './node.ts';
import type { Pod } from './pod.ts';
import { drawUs } from './settings.ts';

/**
 * Puts pods on nodes by what they request: first where fewest of the same ReplicaSet are, then where most CPU is free.
 * What fits nowhere stays Pending, in order, until room appears (delivery 86).
 * Not modelled: priorities and preemption, affinity, taints other than NotReady and cordon.
 */
export class Scheduler {
  readonly #cluster: Cluster;
  readonly #random: RandomStream;
  readonly #unschedulable = new Set<Pod>();
  #retry: EventHandle | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#random = cluster.kernel.stream('kubernetes', 'scheduler');
    cluster.watch((pod, change) => {
      if (change === 'created') {
        cluster.kernel.after(this.#delayUs(), Scheduler.#schedule, this, pod);
      } else if (change === 'removed') {
        this.#unschedulable.delete(pod);
        this.roomAppeared();
      }
    });
  }

  /** Something became free: those that wait are tried again, a moment later. */
  roomAppeared(): void {
    if (this.#unschedulable.size === 0 || this.#retry !== undefined) return;
    this.#retry = this.#cluster.kernel.after(this.#delayUs(), Scheduler.#retryAll, this, undefined);
  }

  #delayUs(): number {
    return drawUs(this.#random, this.#cluster.settings.scheduleDelay);
  }

  static #retryAll(scheduler: Scheduler): void {
    scheduler.#retry = undefined;
    for (const pod of scheduler.#unschedulable) Scheduler.#schedule(scheduler, pod);
  }

  static #schedule(scheduler: Scheduler, pod: Pod): void {
    if (pod.phase !== 'pending' || pod.terminating) return;
    const node = scheduler.#choose(pod);
    if (node !== undefined) {
      scheduler.#unschedulable.delete(pod);
      scheduler.#cluster.bindPod(pod, node);
    } else if (!scheduler.#unschedulable.has(pod)) {
      scheduler.#unschedulable.add(pod);
      scheduler.#cluster.record({ kind: 'pod.unschedulable', pod: pod.name, deployment: pod.deployment });
    }
  }

  #choose(pod: Pod): ClusterNode | undefined {
    let best: ClusterNode | undefined;
    let bestSiblings = Infinity;
    let bestShare = Infinity;
    for (const node of this.#cluster.nodes) {
      if (!node.schedulable || !node.fits(pod.spec.cpuMilli)) continue;
      let siblings = 0;
      for (const other of node.pods)
        if (other.deployment === pod.deployment && other.templateHash === pod.templateHash && other.active)
          siblings++;
      const share = node.allocatedCpuMilli / node.cpuMilli;
      if (siblings < bestSiblings || (siblings === bestSiblings && share < bestShare)) {
        best = node;
        bestSiblings = siblings;
        bestShare = share;
      }
    }
    return best;
  }
}
