import type { Cluster } from './cluster.ts';
import type { Deployment } from './deployment.ts';
import type { Deployments } from './deployments.ts';
import type { BudgetStatus } from './disruption-budget.ts';
import type { ClusterNode } from './node.ts';
import type { Pod } from './pod.ts';
import type { Scheduler } from './scheduler.ts';

/** What the eviction API answers: done, 429 because of a disruption budget, 404. */
export type EvictionOutcome = 'evicted' | 'refused' | 'not-found';

interface Drain {
  readonly node: ClusterNode;
  readonly sinceUs: number;
}

/** The eviction API and drains on top of it (delivery 84, 85). */
export class Disruption {
  readonly #cluster: Cluster;
  readonly #deployments: Deployments;
  readonly #scheduler: Scheduler;
  /** Since when each node is being drained. */
  readonly #drains = new Map<ClusterNode, number>();

  constructor(cluster: Cluster, deployments: Deployments, scheduler: Scheduler) {
    this.#cluster = cluster;
    this.#deployments = deployments;
    this.#scheduler = scheduler;
    cluster.watch((pod, change) => {
      if (change === 'removed' && pod.node !== undefined) this.#finishDrain(pod.node);
    });
  }

  evict(pod: Pod | undefined): EvictionOutcome {
    if (pod === undefined || pod.phase === 'ended') return 'not-found';
    const budget = pod.spec.disruptionBudget;
    const bound = pod.phase !== 'pending' && pod.phase !== 'starting';
    if (budget !== undefined && bound && !pod.terminating) {
      const owner = this.#deployments.ownerOf(pod);
      const { replicas } = owner;
      const healthy = healthyPods(owner);
      const { rules, record } = this.#cluster;
      if (!rules.evictionAllowed(budget, replicas, healthy, pod.ready)) {
        const needed = rules.desiredHealthy(budget, replicas);
        const { name, deployment } = pod;
        record({ kind: 'pod.eviction-refused', pod: name, deployment, healthy, needed, replicas });
        return 'refused';
      }
    }
    this.#cluster.requestDeletion(pod, pod.spec.terminationGraceMs);
    return 'evicted';
  }

  budget(deployment: Deployment): BudgetStatus | undefined {
    const { disruptionBudget } = deployment.spec;
    if (disruptionBudget === undefined) return undefined;
    const healthy = healthyPods(deployment);
    const needed = this.#cluster.rules.desiredHealthy(disruptionBudget, deployment.replicas);
    return { healthy, needed, allowed: Math.max(0, healthy - needed) };
  }

  /**
   * Cordons, evicts every pod, asks again every 5 s where it was refused. If the budget never allows it, it goes on until
   * `timeoutMs` is over; with 0 without end.
   */
  drain(node: ClusterNode, timeoutMs: number): void {
    if (this.#drains.has(node)) return;
    const { kernel } = this.#cluster;
    const sinceUs = kernel.nowUs;
    this.cordon(node);
    this.#drains.set(node, sinceUs);
    Disruption.#evictAll(this, { node, sinceUs });
    this.#finishDrain(node);
    if (timeoutMs > 0 && this.#drains.has(node)) {
      kernel.after(timeoutMs * 1000, Disruption.#timeOut, this, { node, sinceUs });
    }
  }

  cordon(node: ClusterNode): void {
    if (node.cordoned) return;
    node.cordoned = true;
    this.#cluster.record({ kind: 'node.cordoned', node: node.name });
  }

  /** Ends a drain that is under way, too. */
  uncordon(node: ClusterNode): void {
    this.#giveUp(node);
    if (!node.cordoned) return;
    node.cordoned = false;
    this.#cluster.record({ kind: 'node.uncordoned', node: node.name });
    this.#scheduler.roomAppeared();
  }

  static #evictAll(disruption: Disruption, drain: Drain): void {
    const { node } = drain;
    if (!disruption.#isUnderWay(drain)) return;
    const remaining = [...node.pods].filter((pod) => pod.active && disruption.evict(pod) === 'refused');
    if (remaining.length === 0) return;
    const { kernel, settings } = disruption.#cluster;
    kernel.after(settings.evictionRetryMs * 1000, Disruption.#evictAll, disruption, drain);
  }

  static #timeOut(disruption: Disruption, drain: Drain): void {
    if (disruption.#isUnderWay(drain)) disruption.#giveUp(drain.node);
  }

  /** The node may be in the middle of a later drain by now. */
  #isUnderWay({ node, sinceUs }: Drain): boolean {
    return this.#drains.get(node) === sinceUs;
  }

  #giveUp(node: ClusterNode): void {
    const sinceUs = this.#drains.get(node);
    if (sinceUs === undefined) return;
    this.#drains.delete(node);
    const durationMs = (this.#cluster.kernel.nowUs - sinceUs) / 1000;
    const pods = [...node.pods].map(({ name }) => name);
    this.#cluster.record({ kind: 'node.drain-given-up', node: node.name, pods, durationMs });
  }

  #finishDrain(node: ClusterNode): void {
    const sinceUs = this.#drains.get(node);
    if (sinceUs === undefined || node.pods.size > 0) return;
    this.#drains.delete(node);
    const durationMs = (this.#cluster.kernel.nowUs - sinceUs) / 1000;
    this.#cluster.record({ kind: 'node.drained', node: node.name, durationMs });
  }
}

function healthyPods(deployment: Deployment): number {
  return deployment.activePods().filter((pod) => pod.ready).length;
}
