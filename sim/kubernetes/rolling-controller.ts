import type { Cluster } from './cluster.ts';
import type { Deployment, PodTemplate } from './deployment.ts';
import { inDeletionOrder } from './pod-order.ts';
import type { Pod } from './pod.ts';
import {
  proportionalSizes,
  resolveFenceposts,
  sizeOfNew,
  sizesOfOld,
  type Fenceposts,
  type ReplicaSetSize,
} from './rolling-update.ts';

/** Old ReplicaSets without pods that are kept for a return to their template (delivery 65). */
const revisionHistoryLimit = 10;

interface ReplicaSet {
  readonly template: PodTemplate;
  age: number;
  replicas: number;
  /** Replicas wanted and surge together when it was last sized. */
  knownMaximum: number;
}

/**
 * Deployment and ReplicaSet controllers of one Deployment. Each `sync` does one step, as the real ones do (delivery
 * 65–68); whoever calls it comes again after a delay while there is something to do.
 * Not modelled: `Recreate`, `paused`, `minReadySeconds` other than 0, the progress deadline (a condition only).
 */
export class RollingController {
  readonly #deployment: Deployment;
  readonly #cluster: Cluster;
  #sets: ReplicaSet[] = [];
  #nextAge = 0;
  #sizedFor: number;

  constructor(deployment: Deployment, cluster: Cluster) {
    this.#deployment = deployment;
    this.#cluster = cluster;
    this.#sizedFor = deployment.replicas;
  }

  /** True when another step may follow at once. */
  sync(): boolean {
    const stepped = this.#step();
    for (const set of this.#sets) this.#fill(set);
    return stepped;
  }

  #step(): boolean {
    const { replicas } = this.#deployment;
    const active = this.#sets.filter((set) => set.replicas > 0);
    if (replicas !== this.#sizedFor && this.#sets.length > 0) {
      this.#sizedFor = replicas;
      this.#resize(active);
      return true;
    }
    this.#sizedFor = replicas;
    const { surge, unavailable } = this.#fenceposts();
    const fresh = this.#newSet();
    const old = this.#sets.filter((set) => set !== fresh);
    const freshSize = this.#sizeNow(fresh);
    const oldSizes = old.map((set) => this.#sizeNow(set));
    const wanted = sizeOfNew(replicas, surge, freshSize, oldSizes);
    if (wanted !== fresh.replicas) {
      this.#setSize(fresh, wanted);
      return true;
    }
    let scaled = false;
    for (const [index, size] of sizesOfOld(replicas, unavailable, freshSize, oldSizes).entries()) {
      const set = old[index];
      if (set === undefined || set.replicas === size) continue;
      this.#setSize(set, size);
      scaled = true;
    }
    return scaled;
  }

  /** The ReplicaSet of the present template: the one that is there, made the newest again, or a new one. */
  #newSet(): ReplicaSet {
    const template = this.#deployment.template();
    const newest = this.#sets.at(-1);
    if (newest?.template.hash === template.hash) return newest;
    let set = this.#sets.find((candidate) => candidate.template.hash === template.hash);
    if (set === undefined) set = { template, age: 0, replicas: 0, knownMaximum: this.#maximum() };
    const kept = this.#sets.filter((other) => other !== set);
    const idle = kept.filter((other) => other.replicas === 0);
    const dropped = new Set(idle.slice(0, Math.max(0, idle.length - revisionHistoryLimit)));
    set.age = this.#nextAge++;
    this.#sets = [...kept.filter((other) => !dropped.has(other)), set];
    return set;
  }

  #resize(active: readonly ReplicaSet[]): void {
    const { replicas } = this.#deployment;
    const { hash } = this.#deployment.template();
    const newest = this.#sets.at(-1);
    const only = active.length === 0 ? newest : active.length === 1 ? active[0] : undefined;
    if (only !== undefined) {
      this.#setSize(only, replicas);
      return;
    }
    const fresh = this.#sets.find((set) => set.template.hash === hash);
    if (fresh !== undefined && fresh.replicas === replicas && this.#sizeNow(fresh).available === replicas) {
      for (const set of active) if (set !== fresh) this.#setSize(set, 0);
      return;
    }
    const { surge } = this.#fenceposts();
    for (const [index, size] of proportionalSizes(replicas, surge, active).entries()) {
      const set = active[index];
      if (set !== undefined) this.#setSize(set, size);
    }
  }

  #setSize(set: ReplicaSet, replicas: number): void {
    set.replicas = replicas;
    set.knownMaximum = this.#maximum();
  }

  #maximum(): number {
    return this.#deployment.replicas + this.#fenceposts().surge;
  }

  #fenceposts(): Fenceposts {
    const { spec, replicas } = this.#deployment;
    return resolveFenceposts(spec.maxSurge, spec.maxUnavailable, replicas);
  }

  #podsOf(set: ReplicaSet): Pod[] {
    return this.#deployment.activePods().filter((pod) => pod.templateHash === set.template.hash);
  }

  #sizeNow(set: ReplicaSet): ReplicaSetSize {
    return { replicas: set.replicas, available: this.#podsOf(set).filter((pod) => pod.ready).length };
  }

  /** The ReplicaSet controller: as many active pods as asked for. */
  #fill(set: ReplicaSet): void {
    const pods = this.#podsOf(set);
    for (let count = pods.length; count < set.replicas; count++) this.#deployment.createPod(set.template);
    const surplus = pods.length - set.replicas;
    if (surplus <= 0) return;
    for (const pod of inDeletionOrder(pods, this.#cluster.kernel.nowUs).slice(0, surplus)) {
      this.#cluster.requestDeletion(pod, pod.spec.terminationGraceMs);
    }
  }
}
