import type { Cluster } from './cluster.ts';
import { RolloutProgress, type DeploymentConditions } from './deployment-conditions.ts';
import type { Deployment } from './deployment.ts';
import { inDeletionOrder } from './pod-order.ts';
import type { Pod } from './pod.ts';
import type { ReplicaSet, ReplicaSetResize, ReplicaSetView } from './replica-set.ts';
import { inResizingOrder, type Fenceposts, type ReplicaSetSize } from './rolling-update.ts';

/**
 * Deployment and ReplicaSet controllers of one Deployment. Each `sync` does one step, as the real ones do (delivery
 * 65–69); whoever calls it comes again after a delay while there is something to do.
 * Not modelled: `Recreate`; creation of pods in slow-start batches (all of a step are created at once).
 */
export class RollingController {
  readonly #deployment: Deployment;
  readonly #cluster: Cluster;
  readonly #resized: (resize: ReplicaSetResize) => void;
  readonly #progress = new RolloutProgress();
  /** In the order of their creation. */
  #sets: ReplicaSet[] = [];
  #created = 0;
  #revision = 0;

  constructor(deployment: Deployment, cluster: Cluster, resized: (resize: ReplicaSetResize) => void) {
    this.#deployment = deployment;
    this.#cluster = cluster;
    this.#resized = resized;
  }

  /** True when another step may follow at once. */
  sync(): boolean {
    const deployment = this.#deployment;
    const { paused, progressDeadlineMs } = deployment.rollout;
    const { nowUs } = this.#cluster.kernel;
    this.#progress.checkPaused(paused, nowUs);
    const resizing = paused || this.#resizeIsDue();
    const stepped = resizing ? this.#resize() : this.#roll();
    if (paused || (!resizing && !stepped && this.#isComplete())) this.#forgetOldSets();
    // Before the pods follow: the status shows a new set empty first, and its pods as progress.
    const counts = deployment.counts();
    if (resizing) this.#progress.counted(counts);
    else this.#progress.rolled(counts, deployment.replicas, progressDeadlineMs * 1000, nowUs);
    for (const set of this.#sets) this.#fill(set);
    return stepped;
  }

  /** In the order of their creation. */
  replicaSets(): readonly ReplicaSetView[] {
    return this.#sets;
  }

  conditions(): DeploymentConditions {
    const deployment = this.#deployment;
    const { paused, progressDeadlineMs } = deployment.rollout;
    if (!paused) this.#progress.expire(progressDeadlineMs * 1000, this.#cluster.kernel.nowUs);
    const enough = deployment.counts().available >= deployment.replicas - this.#fenceposts().unavailable;
    return { progressing: this.#progress.condition(), available: enough ? 'True' : 'False' };
  }

  /** When the rollout will have missed its progress deadline; undefined while none runs out. */
  deadlineUs(): number | undefined {
    const { paused, progressDeadlineMs } = this.#deployment.rollout;
    return paused ? undefined : this.#progress.dueUs(progressDeadlineMs * 1000);
  }

  /** A set with pods was sized for another number of replicas than the one that is wanted now. */
  #resizeIsDue(): boolean {
    this.#adoptNewest();
    const { replicas } = this.#deployment;
    return this.#sets.some((set) => set.replicas > 0 && set.knownReplicas !== replicas);
  }

  #roll(): boolean {
    const { replicas } = this.#deployment;
    const { rules } = this.#cluster;
    const { surge, unavailable } = this.#fenceposts();
    const fresh = this.#newSet();
    const old = this.#sets.filter((set) => set !== fresh);
    const freshSize = this.#sizeNow(fresh);
    const oldSizes = old.map((set) => this.#sizeNow(set));
    const wanted = rules.sizeOfNew(replicas, surge, freshSize, oldSizes);
    if (wanted !== fresh.replicas) return this.#setSize(fresh, wanted);
    let scaled = false;
    for (const [index, size] of rules.sizesOfOld(replicas, unavailable, freshSize, oldSizes).entries()) {
      const set = old[index];
      if (set !== undefined && set.replicas !== size && this.#setSize(set, size)) scaled = true;
    }
    return scaled;
  }

  /** The set of the present template, if there is one, becomes the newest by use. */
  #adoptNewest(): ReplicaSet | undefined {
    const { hash } = this.#deployment.template();
    const found = this.#sets.find((set) => set.template.hash === hash);
    if (found !== undefined && found.revision < this.#revision) found.revision = ++this.#revision;
    return found;
  }

  #newSet(): ReplicaSet {
    const { nowUs } = this.#cluster.kernel;
    const found = this.#adoptNewest();
    if (found !== undefined) {
      this.#progress.found(nowUs);
      return found;
    }
    const set: ReplicaSet = {
      template: this.#deployment.template(),
      created: this.#created++,
      revision: ++this.#revision,
      replicas: 0,
      knownReplicas: this.#deployment.replicas,
      knownMaximum: this.#maximum(),
    };
    this.#sets.push(set);
    this.#progress.created(nowUs);
    return set;
  }

  /** Follows a new number of replicas without going on with the rollout (delivery 67, 69). */
  #resize(): boolean {
    const { replicas } = this.#deployment;
    const fresh = this.#adoptNewest();
    const active = this.#sets.filter((set) => set.replicas > 0);
    const only = active.length === 0 ? (fresh ?? this.#sets.at(-1)) : active[0];
    if (only === undefined) return false;
    if (active.length <= 1) return only.replicas !== replicas && this.#setSize(only, replicas);
    if (fresh !== undefined && this.#isSaturated(fresh)) {
      for (const set of active) if (set !== fresh) this.#setSize(set, 0);
      return true;
    }
    const { surge } = this.#fenceposts();
    const ordered = inResizingOrder(replicas, surge, active);
    let written = false;
    for (const [index, size] of this.#cluster.rules.proportionalSizes(replicas, surge, ordered).entries()) {
      const set = ordered[index];
      if (set !== undefined && this.#setSize(set, size)) written = true;
    }
    return written;
  }

  #isSaturated(set: ReplicaSet): boolean {
    const { replicas } = this.#deployment;
    return (
      set.replicas === replicas && set.knownReplicas === replicas && this.#sizeNow(set).available === replicas
    );
  }

  #isComplete(): boolean {
    const { total, updated, available } = this.#deployment.counts();
    const { replicas } = this.#deployment;
    return total === replicas && updated === replicas && available === replicas;
  }

  /** Empty sets beyond the limit are forgotten, the least recently used first; a return to them makes new ones. */
  #forgetOldSets(): void {
    const { hash } = this.#deployment.template();
    const old = this.#sets.filter((set) => set.template.hash !== hash);
    const surplus = old.length - this.#deployment.rollout.revisionHistoryLimit;
    if (surplus <= 0) return;
    const candidates = old.toSorted((left, right) => left.revision - right.revision).slice(0, surplus);
    const forgotten = new Set(
      candidates.filter((set) => set.replicas === 0 && this.#podsOf(set).length === 0),
    );
    this.#sets = this.#sets.filter((set) => !forgotten.has(set));
  }

  /** False where there was nothing to write. */
  #setSize(set: ReplicaSet, replicas: number): boolean {
    const deployment = this.#deployment;
    const maximum = this.#maximum();
    const resized = set.replicas !== replicas;
    const renewed = set.knownReplicas !== deployment.replicas || set.knownMaximum !== maximum;
    if (!resized && !renewed) return false;
    const from = set.replicas;
    set.replicas = replicas;
    set.knownReplicas = deployment.replicas;
    set.knownMaximum = maximum;
    if (resized) this.#resized({ deployment: deployment.name, template: set.template, from, to: replicas });
    return true;
  }

  #maximum(): number {
    return this.#deployment.replicas + this.#fenceposts().surge;
  }

  #fenceposts(): Fenceposts {
    const { rollout, replicas } = this.#deployment;
    return this.#cluster.rules.resolveFenceposts(rollout.maxSurge, rollout.maxUnavailable, replicas);
  }

  #podsOf(set: ReplicaSet): Pod[] {
    return this.#deployment.activePods().filter((pod) => pod.templateHash === set.template.hash);
  }

  #sizeNow(set: ReplicaSet): ReplicaSetSize {
    const available = this.#podsOf(set).filter((pod) => this.#deployment.isAvailable(pod)).length;
    return { replicas: set.replicas, available };
  }

  /** The ReplicaSet controller: as many active pods as asked for. */
  #fill(set: ReplicaSet): void {
    const pods = this.#podsOf(set);
    for (let count = pods.length; count < set.replicas; count++) this.#deployment.createPod(set.template);
    const surplus = pods.length - set.replicas;
    if (surplus <= 0) return;
    const { kernel, rules } = this.#cluster;
    const siblings = this.#deployment.activePods();
    const order = inDeletionOrder(pods, siblings, kernel.nowUs, rules.compareForDeletion);
    for (const pod of order.slice(0, surplus)) {
      this.#cluster.requestDeletion(pod, pod.spec.terminationGraceMs);
    }
  }
}
