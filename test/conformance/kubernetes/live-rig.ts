import { setTimeout as sleep } from 'node:timers/promises';
import { hasBegun } from './live/fake-kubelet.ts';
import { KubeApiError } from './live/kube-api.ts';
import type { LiveKubernetes } from './live/live-cluster.ts';
import { budgetManifest, workloadManifest } from './live/manifests.ts';
import {
  conditionOf,
  podReady,
  type KubeDeployment,
  type KubePod,
  type KubeReplicaSet,
} from './live/objects.ts';
import { images, type Image, type Step, type Workload } from './plan.ts';
import type { Happened, Outcome, PodView, Resize, Rig, Snapshot } from './rig.ts';
import { firstOf, fullestNode } from './selection.ts';

const pollMs = 50;
/** Silence of this length, with every status up to date, is the end of what follows from a step. */
const silenceMs = 300;
const settleWithinMs = 90_000;

/** The controllers did not come to rest: the sequence says nothing from here on. */
export class Unsettled extends Error {}

/** One workload on the real controllers, with nodes and a name of its own. */
export class LiveRig implements Rig {
  readonly #cluster: LiveKubernetes;
  readonly #name: string;
  readonly #stableNames: boolean;
  readonly #downNodes: string[] = [];
  readonly #cordoned: string[] = [];
  readonly #gone = new Set<string>();
  readonly #nodeNames: readonly string[];
  #resizes: Resize[] = [];
  #created: Happened['created'][number][] = [];
  #deleted: Happened['deleted'][number][] = [];
  #lastChangeMs = 0;
  #startedMs = 0;
  #budgeted = false;
  /** The budget is a share of the replicas, or counts from them. */
  #countsReplicas = false;
  /** What the watches must have shown before anything counts as settled. */
  #awaited: (() => boolean)[] = [];
  #listening = true;

  constructor(cluster: LiveKubernetes, name: string, workload: Workload) {
    this.#cluster = cluster;
    this.#name = name;
    this.#stableNames = workload.stableNames;
    this.#nodeNames = Array.from({ length: workload.nodes }, (_, index) => `${name}-node-${index + 1}`);
    cluster.pods.onChange((change, pod, before) => {
      if (this.#isMine(pod)) this.#podChanged(change === 'deleted', pod, before);
    });
    cluster.replicaSets.onChange((change, set, before) => {
      if (this.#isMine(set) && change !== 'deleted') this.#setChanged(set, before);
    });
    for (const informer of [cluster.deployments, cluster.statefulSets, cluster.budgets]) {
      informer.onChange((_, object) => {
        if (object.metadata.name === this.#name) this.#lastChangeMs = performance.now();
      });
    }
  }

  async deploy(workload: Workload): Promise<void> {
    const { api } = this.#cluster.plane;
    for (const node of this.#nodeNames) {
      await this.#cluster.kubelet.addNode({
        name: node,
        cpuMilli: 64_000,
        podSlots: 110,
        labels: { app: this.#name, 'topology.kubernetes.io/zone': this.#name },
      });
    }
    await this.#until(() => this.#nodesAreOpen());
    if (workload.holdsTerminating) this.#cluster.holding.add(this.#name);
    if (workload.budget !== undefined) {
      this.#budgeted = true;
      this.#countsReplicas = !(
        'minAvailable' in workload.budget && typeof workload.budget.minAvailable === 'number'
      );
      await api.create(
        '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
        budgetManifest(this.#name, workload.budget),
      );
    }
    this.#startedMs = performance.now();
    await api.create(
      `/apis/apps/v1/namespaces/default/${this.#stableNames ? 'statefulsets' : 'deployments'}`,
      workloadManifest(this.#name, workload),
    );
    this.#lastChangeMs = performance.now();
  }

  async apply(step: Step): Promise<readonly Outcome[]> {
    this.#lastChangeMs = performance.now();
    switch (step.kind) {
      case 'image':
        await this.#patch({
          template: { spec: { containers: [{ name: 'app', image: `app:${step.image}` }] } },
        });
        return [];
      case 'scale':
        await this.#patch({ replicas: step.replicas });
        return [];
      case 'pause':
      case 'resume':
        await this.#patch({ paused: step.kind === 'pause' });
        return [];
      case 'surge':
        await this.#patch({
          strategy: {
            rollingUpdate: { maxSurge: step.maxSurge, maxUnavailable: step.maxUnavailable },
          },
        });
        return [];
      case 'min-ready':
        await this.#patch({ minReadySeconds: step.seconds });
        return [];
      case 'ready':
        return await this.#becomeReady(step.image, step.all);
      case 'unready':
        return await this.#withFirst(step.image, true, (pod) => this.#setReady(pod, false));
      case 'crash':
        return await this.#withFirst(step.image, step.ready, async (pod) => {
          await this.#cluster.kubelet.crash(pod);
          this.#awaitPod(pod, podRestartsAbove(pod));
        });
      case 'delete':
        return await this.#withFirst(step.image, step.ready, async (pod) => {
          await this.#cluster.plane.api.delete(`/api/v1/namespaces/default/pods/${pod.metadata.name}`);
          this.#awaitPod(pod, isTerminating);
        });
      case 'evict': {
        const pod = this.#first(step.image, step.ready);
        return [pod === undefined ? 'nothing' : await this.#evict(pod.metadata.name)];
      }
      case 'release':
        for (const pod of this.#pods()) {
          if (!isTerminating(pod)) continue;
          await this.#cluster.kubelet.release(pod);
          this.#awaitPod(pod, () => false);
        }
        return [];
      case 'drain':
        return await this.#drain();
      case 'uncordon':
        for (const node of this.#cordoned.splice(0)) await this.#setUnschedulable(node, false);
        await this.#until(() => this.#nodesAreOpen());
        // The scheduler tries again after a back-off of up to 10 s.
        await this.#until(() => this.#views().every(({ node }) => node !== undefined));
        return [];
      case 'fail-node': {
        const node = fullestNode(this.#views());
        if (node === undefined || this.#downNodes.length > 0) return ['nothing'];
        this.#downNodes.push(node);
        this.#cluster.kubelet.failNode(node);
        return ['done'];
      }
      case 'restore-node':
        for (const node of this.#downNodes.splice(0)) await this.#cluster.kubelet.restoreNode(node);
        await this.#until(() => this.#nodesAreOpen());
        return [];
      case 'wait':
        await sleep(step.seconds * 1000);
        return [];
    }
  }

  /** Errors: `Unsettled` after 90 s. */
  async settle(): Promise<void> {
    await this.#until(() => performance.now() - this.#lastChangeMs >= silenceMs && this.#isUpToDate());
  }

  snapshot(): Snapshot {
    const { deployments, budgets } = this.#cluster;
    const key = `default/${this.#name}`;
    const deployment = deployments.objects.get(key);
    const budget = budgets.objects.get(key)?.status;
    const progressing = deployment === undefined ? undefined : conditionOf(deployment, 'Progressing');
    const status = deployment?.status;
    return {
      replicaSets: this.#sets().map(({ spec }) => ({
        image: imageOf(spec.template.spec.containers),
        replicas: spec.replicas,
      })),
      pods: this.#views(),
      counts: {
        total: status?.replicas ?? 0,
        updated: status?.updatedReplicas ?? 0,
        ready: status?.readyReplicas ?? 0,
        available: status?.availableReplicas ?? 0,
      },
      progressing:
        progressing === undefined ? undefined : `${progressing.status} ${progressing.reason ?? ''}`,
      available: deployment === undefined ? undefined : conditionOf(deployment, 'Available')?.status,
      budget:
        budget === undefined
          ? undefined
          : {
              healthy: budget.currentHealthy,
              needed: budget.desiredHealthy,
              allowed: budget.disruptionsAllowed,
            },
    };
  }

  happened(): Happened {
    const happened = { resizes: this.#resizes, created: this.#created, deleted: this.#deleted };
    this.#resizes = [];
    this.#created = [];
    this.#deleted = [];
    return happened;
  }

  nowMs(): number {
    return performance.now() - this.#startedMs;
  }

  /** Removes all that it made. */
  async end(): Promise<void> {
    const { api } = this.#cluster.plane;
    const { kubelet } = this.#cluster;
    this.#cluster.holding.delete(this.#name);
    const kind = this.#stableNames ? 'statefulsets' : 'deployments';
    await ignoreMissing(
      api.delete(`/apis/apps/v1/namespaces/default/${kind}/${this.#name}`, {
        propagationPolicy: 'Background',
      }),
    );
    if (this.#budgeted) {
      await ignoreMissing(
        api.delete(`/apis/policy/v1/namespaces/default/poddisruptionbudgets/${this.#name}`),
      );
    }
    await ignoreMissing(
      api.delete(`/api/v1/namespaces/default/pods?labelSelector=app%3D${this.#name}&gracePeriodSeconds=0`),
    );
    for (const node of this.#nodeNames) await ignoreMissing(kubelet.removeNode(node));
    this.#listening = false;
  }

  #isMine({ metadata }: { readonly metadata: KubePod['metadata'] }): boolean {
    return this.#listening && metadata.labels?.['app'] === this.#name;
  }

  #podChanged(removed: boolean, pod: KubePod, before: KubePod | undefined): void {
    this.#lastChangeMs = performance.now();
    const { name, uid, deletionTimestamp } = pod.metadata;
    const image = imageOf(pod.spec.containers);
    if (before === undefined) this.#created.push({ name, image });
    if ((removed || deletionTimestamp !== undefined) && !this.#gone.has(uid)) {
      this.#gone.add(uid);
      this.#deleted.push({ name, image, ready: podReady(before ?? pod) });
    }
  }

  #setChanged(set: KubeReplicaSet, before: KubeReplicaSet | undefined): void {
    this.#lastChangeMs = performance.now();
    const from = before?.spec.replicas ?? 0;
    const to = set.spec.replicas;
    if (from !== to) this.#resizes.push({ image: imageOf(set.spec.template.spec.containers), from, to });
  }

  #isUpToDate(): boolean {
    this.#awaited = this.#awaited.filter((seen) => !seen());
    if (this.#awaited.length > 0) return false;
    const pods = this.#pods();
    const active = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    for (const pod of pods) {
      const { nodeName } = pod.spec;
      if (nodeName === undefined) {
        if (conditionOf(pod, 'PodScheduled')?.reason !== 'Unschedulable') return false;
      } else if (!this.#downNodes.includes(nodeName)) {
        if (!hasBegun(pod)) return false;
        const isGoing = pod.metadata.deletionTimestamp !== undefined;
        if (isGoing && !this.#cluster.holds(pod)) return false;
      }
    }
    const ready = active.filter(podReady).length;
    const budget = this.#cluster.budgets.objects.get(`default/${this.#name}`);
    if (this.#budgeted && budget?.status.currentHealthy !== ready) return false;
    const replicas = this.#replicas();
    if (this.#countsReplicas && active.length > 0 && budget?.status.expectedPods !== replicas) return false;
    return this.#stableNames
      ? this.#statefulSetIsUpToDate(pods.length, active.length, ready)
      : this.#deploymentIsUpToDate(active);
  }

  #replicas(): number | undefined {
    const key = `default/${this.#name}`;
    const { deployments, statefulSets } = this.#cluster;
    return (this.#stableNames ? statefulSets : deployments).objects.get(key)?.spec.replicas;
  }

  #statefulSetIsUpToDate(present: number, active: number, ready: number): boolean {
    const set = this.#cluster.statefulSets.objects.get(`default/${this.#name}`);
    return (
      set !== undefined &&
      set.status.observedGeneration === set.metadata.generation &&
      present >= set.spec.replicas &&
      set.status.replicas >= active &&
      (set.status.readyReplicas ?? 0) >= ready
    );
  }

  #deploymentIsUpToDate(active: readonly KubePod[]): boolean {
    const deployment = this.#cluster.deployments.objects.get(`default/${this.#name}`);
    if (deployment === undefined) return false;
    if (deployment.status.observedGeneration !== deployment.metadata.generation) return false;
    const counted = { total: 0, ready: 0, available: 0 };
    for (const set of this.#sets()) {
      const mine = active.filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid === set.metadata.uid);
      const { replicas, readyReplicas = 0, availableReplicas = 0, observedGeneration } = set.status;
      if (observedGeneration !== set.metadata.generation) return false;
      if (replicas !== set.spec.replicas || replicas !== mine.length) return false;
      if (readyReplicas !== mine.filter(podReady).length) return false;
      counted.total += replicas;
      counted.ready += readyReplicas;
      counted.available += availableReplicas;
    }
    const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = deployment.status;
    const present = imageOf(deployment.spec.template.spec.containers);
    const fresh = this.#sets().find(({ spec }) => imageOf(spec.template.spec.containers) === present);
    return (
      updatedReplicas === (fresh?.status.replicas ?? 0) &&
      replicas === counted.total &&
      readyReplicas === counted.ready &&
      availableReplicas === counted.available
    );
  }

  #nodesAreOpen(): boolean {
    return this.#nodeNames.every((name) => {
      const node = this.#cluster.nodes.objects.get(`/${name}`);
      if (node === undefined || conditionOf(node, 'Ready')?.status !== 'True') return false;
      return this.#downNodes.includes(name) || (node.spec.taints ?? []).length === 0;
    });
  }

  async #until(reached: () => boolean): Promise<void> {
    const startMs = performance.now();
    while (!reached()) {
      if (performance.now() - startMs > settleWithinMs)
        throw new Unsettled(`${this.#name} does not come to rest`);
      await sleep(pollMs);
    }
  }

  async #becomeReady(image: Image, all: boolean): Promise<readonly Outcome[]> {
    const first = this.#first(image, false);
    if (first === undefined) return ['nothing'];
    if (!all) {
      await this.#setReady(first, true);
      return ['done'];
    }
    for (;;) {
      const unready = this.#pods().filter(
        (pod) =>
          pod.metadata.deletionTimestamp === undefined &&
          imageOf(pod.spec.containers) === image &&
          pod.spec.nodeName !== undefined &&
          !podReady(pod),
      );
      if (unready.length === 0) return ['done'];
      for (const pod of unready) await this.#setReady(pod, true);
      await this.settle();
    }
  }

  async #drain(): Promise<readonly Outcome[]> {
    const node = this.#cordoned[0] ?? fullestNode(this.#views());
    if (node === undefined) return ['nothing'];
    if (this.#cordoned.length === 0) {
      this.#cordoned.push(node);
      await this.#setUnschedulable(node, true);
    }
    const outcomes: Outcome[] = [];
    for (const pod of this.#views()) {
      if (pod.node === node && !pod.terminating) outcomes.push(await this.#evict(pod.name));
    }
    return outcomes;
  }

  async #setUnschedulable(node: string, unschedulable: boolean): Promise<void> {
    await this.#cluster.plane.api.patch(`/api/v1/nodes/${node}`, 'merge', { spec: { unschedulable } });
  }

  async #evict(name: string): Promise<Outcome> {
    try {
      await this.#cluster.plane.api.create(`/api/v1/namespaces/default/pods/${name}/eviction`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name, namespace: 'default' },
      });
      const pod = this.#cluster.pods.objects.get(`default/${name}`);
      if (pod !== undefined) this.#awaitPod(pod, isTerminating);
      return 'evicted';
    } catch (error) {
      if (error instanceof KubeApiError && error.status === 429) return 'refused';
      if (error instanceof KubeApiError && error.status === 404) return 'not-found';
      throw error;
    }
  }

  async #withFirst(
    image: Image,
    ready: boolean,
    act: (pod: KubePod) => Promise<void>,
  ): Promise<readonly Outcome[]> {
    const pod = this.#first(image, ready);
    if (pod === undefined) return ['nothing'];
    await act(pod);
    return ['done'];
  }

  #first(image: Image, ready: boolean): KubePod | undefined {
    const view = firstOf(
      this.#views().filter(({ node }) => node !== undefined),
      image,
      ready,
      this.#stableNames,
    );
    return view === undefined ? undefined : this.#cluster.pods.objects.get(`default/${view.name}`);
  }

  async #setReady(pod: KubePod, ready: boolean): Promise<void> {
    await this.#cluster.kubelet.setReady(pod, ready);
    this.#awaitPod(pod, (present) => podReady(present) === ready);
  }

  /** Until the pod is as wanted in the watch, or gone from it. */
  #awaitPod({ metadata: { name, uid } }: KubePod, wanted: (present: KubePod) => boolean): void {
    this.#awaited.push(() => {
      const present = this.#cluster.pods.objects.get(`default/${name}`);
      return present?.metadata.uid !== uid || wanted(present);
    });
  }

  async #patch(spec: Readonly<Record<string, unknown>>): Promise<void> {
    const kind = this.#stableNames ? 'statefulsets' : 'deployments';
    const { metadata } = await this.#cluster.plane.api.patch<KubeDeployment>(
      `/apis/apps/v1/namespaces/default/${kind}/${this.#name}`,
      'strategic',
      { spec },
    );
    const { generation = 0 } = metadata;
    const { deployments, statefulSets } = this.#cluster;
    this.#awaited.push(() => {
      const object = (this.#stableNames ? statefulSets : deployments).objects.get(`default/${this.#name}`);
      return (object?.status.observedGeneration ?? 0) >= generation;
    });
  }

  #pods(): readonly KubePod[] {
    return [...this.#cluster.pods.objects.values()]
      .filter((pod) => this.#isMine(pod))
      .toSorted((left, right) => byAge(left, right));
  }

  #sets(): readonly KubeReplicaSet[] {
    return [...this.#cluster.replicaSets.objects.values()]
      .filter((set) => this.#isMine(set))
      .toSorted((left, right) => byAge(left, right));
  }

  #views(): readonly PodView[] {
    return this.#pods().map((pod) => ({
      name: pod.metadata.name,
      image: imageOf(pod.spec.containers),
      ready: podReady(pod),
      terminating: pod.metadata.deletionTimestamp !== undefined,
      node: pod.spec.nodeName,
    }));
  }
}

function isTerminating({ metadata }: KubePod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function podRestartsAbove(pod: KubePod): (present: KubePod) => boolean {
  const before = pod.status.containerStatuses?.[0]?.restartCount ?? 0;
  return (present) => (present.status.containerStatuses?.[0]?.restartCount ?? 0) > before;
}

function byAge(
  { metadata: left }: { readonly metadata: KubePod['metadata'] },
  { metadata: right }: { readonly metadata: KubePod['metadata'] },
): number {
  if (left.creationTimestamp !== right.creationTimestamp)
    return left.creationTimestamp < right.creationTimestamp ? -1 : 1;
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}

function imageOf(containers: readonly { readonly image: string }[]): Image {
  const image = containers[0]?.image;
  const letter = images.find((candidate) => image === `app:${candidate}`);
  if (letter === undefined) throw new RangeError(`no image of a plan: ${image}`);
  return letter;
}

async function ignoreMissing(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof KubeApiError && (error.status === 404 || error.status === 409))) throw error;
  }
}
