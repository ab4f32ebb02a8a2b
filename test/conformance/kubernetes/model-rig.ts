import { Kernel } from '../../../sim/kernel/index.ts';
import {
  controllerRules,
  defaultKubernetesSettings,
  Kubernetes,
  type ControllerRules,
  nodesNamed,
  type KubernetesEvent,
  type Pod,
} from '../../../sim/kubernetes/index.ts';
import { Network } from '../../../sim/network/index.ts';
import { images, type Image, type Step, type Workload } from './plan.ts';
import type { Happened, Outcome, PodView, Resize, Rig, Snapshot } from './rig.ts';
import { firstOf, fullestNode } from './selection.ts';
import { comparisonTimes } from './times.ts';

const name = 'app';
const by = 'plan';
/** The model has done everything that follows from a step after this long. */
const settleMs = 400;
const probe = { initialDelayMs: 0, periodMs: 10, timeoutMs: 5, failureThreshold: 1 };
const fast = { lowMs: 1, highMs: 5 };

/** The simulated cluster, with nodes that start what they have at once and pods that do what the plan says. */
export class ModelRig implements Rig {
  readonly #kernel: Kernel;
  readonly #kubernetes: Kubernetes;
  readonly #downNodes: string[] = [];
  readonly #cordoned: string[] = [];
  readonly #everReady = new Set<string>();
  #resizes: Resize[] = [];
  #created: Happened['created'][number][] = [];
  #deleted: Happened['deleted'][number][] = [];
  #stableNames = false;

  constructor(workload: Workload, rules: ControllerRules = controllerRules) {
    this.#kernel = new Kernel({ seed: 1n });
    this.#kubernetes = new Kubernetes(
      this.#kernel,
      new Network(this.#kernel),
      (event) => this.#record(event),
      {
        ...defaultKubernetesSettings,
        nodes: nodesNamed('node', workload.nodes, 64_000, 110),
        controllerDelay: fast,
        scheduleDelay: fast,
        kubeletLag: fast,
        endpointLag: fast,
        preloadedImages: images.map((image) => `app:${image}`),
        nodeNotReadyMs: comparisonTimes.nodeGraceSeconds * 1000,
        tolerationMs: comparisonTimes.tolerationSeconds * 1000,
        firstCrashBackoffMs: 1,
        longestCrashBackoffMs: 1,
      },
      rules,
    );
    this.#kubernetes.watchReplicaSets(({ template, from, to }) => {
      this.#resizes.push({ image: imageOf(template.image), from, to });
    });
  }

  async deploy(workload: Workload): Promise<void> {
    const { budget, holdsTerminating } = workload;
    this.#stableNames = workload.stableNames;
    this.#kubernetes.deploy({
      name,
      image: 'app:a',
      replicas: workload.replicas,
      stableNames: workload.stableNames,
      maxSurge: workload.maxSurge,
      maxUnavailable: workload.maxUnavailable,
      minReadyMs: workload.minReadySeconds * 1000,
      progressDeadlineMs: workload.progressDeadlineSeconds * 1000,
      revisionHistoryLimit: workload.revisionHistoryLimit,
      terminationGraceMs: 3_600_000,
      cpuMilli: 100,
      startup: fast,
      readiness: probe,
      liveness: probe,
      ...(budget === undefined ? {} : { disruptionBudget: budget }),
      start: (pod) => {
        const { processPort } = pod;
        processPort.onTerminate(() => {
          if (!holdsTerminating || !this.#everReady.has(pod.uid)) processPort.exit(0);
        });
      },
    });
    await Promise.resolve();
  }

  async apply(step: Step): Promise<readonly Outcome[]> {
    switch (step.kind) {
      case 'image':
        this.#kubernetes.setImage(name, `app:${step.image}`, by);
        return [];
      case 'scale':
        this.#kubernetes.scale(name, step.replicas, by);
        return [];
      case 'pause':
      case 'resume':
        this.#kubernetes.configure(name, { paused: step.kind === 'pause' }, by);
        return [];
      case 'surge':
        this.#kubernetes.configure(
          name,
          { maxSurge: step.maxSurge, maxUnavailable: step.maxUnavailable },
          by,
        );
        return [];
      case 'min-ready':
        this.#kubernetes.configure(name, { minReadyMs: step.seconds * 1000 }, by);
        return [];
      case 'ready':
        return await this.#becomeReady(step.image, step.all);
      case 'unready':
        return this.#withFirst(step.image, true, (pod) => pod.processPort.setReady(false));
      case 'crash':
        return this.#withFirst(step.image, step.ready, (pod) => this.#kubernetes.killPod(pod.name));
      case 'delete':
        return this.#withFirst(step.image, step.ready, (pod) => this.#kubernetes.deletePod(pod.name));
      case 'evict': {
        const pod = this.#first(step.image, step.ready);
        return [pod === undefined ? 'nothing' : this.#kubernetes.evictPod(pod.name)];
      }
      case 'release':
        for (const pod of this.#kubernetes.pods()) if (pod.terminating) pod.container?.exit(0);
        return [];
      case 'drain':
        return this.#drain();
      case 'uncordon':
        for (const node of this.#cordoned.splice(0)) this.#kubernetes.uncordonNode(node);
        return [];
      case 'fail-node': {
        const node = fullestNode(this.#views());
        if (node === undefined || this.#downNodes.length > 0) return ['nothing'];
        this.#downNodes.push(node);
        this.#kubernetes.failNode(node);
        return ['done'];
      }
      case 'restore-node':
        for (const node of this.#downNodes.splice(0)) this.#kubernetes.restoreNode(node);
        return [];
      case 'wait':
        await this.runTo(this.nowMs() + step.seconds * 1000);
        return [];
    }
  }

  async settle(): Promise<void> {
    await this.runTo(this.nowMs() + settleMs);
  }

  async runTo(timeMs: number): Promise<void> {
    await this.#kernel.run(Math.max(this.#kernel.nowUs, timeMs * 1000));
  }

  snapshot(): Snapshot {
    const conditions = this.#kubernetes.conditions(name);
    const progressing = conditions?.progressing;
    const { total, updated, ready, available } = this.#kubernetes.counts(name);
    return {
      replicaSets: this.#kubernetes.replicaSets(name).map(({ template, replicas }) => ({
        image: imageOf(template.image),
        replicas,
      })),
      pods: this.#views(),
      counts: { total, updated, ready, available },
      progressing: progressing === undefined ? undefined : `${progressing.status} ${progressing.reason}`,
      available: conditions?.available,
      budget: this.#kubernetes.budget(name),
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
    return this.#kernel.nowUs / 1000;
  }

  /** All: those that come meanwhile, too, as their predecessors make room. */
  async #becomeReady(image: Image, all: boolean): Promise<readonly Outcome[]> {
    const pod = this.#first(image, false);
    if (pod === undefined) return ['nothing'];
    this.#setReady(pod);
    if (!all) return ['done'];
    for (;;) {
      const unready = this.#views().filter(
        (view) => view.image === image && !view.ready && !view.terminating && view.node !== undefined,
      );
      if (unready.length === 0) return ['done'];
      for (const view of unready) {
        const next = this.#kubernetes.pod(view.name);
        if (next !== undefined) this.#setReady(next);
      }
      await this.settle();
    }
  }

  #setReady(pod: Pod): void {
    this.#everReady.add(pod.uid);
    pod.container?.setReady(true);
  }

  #drain(): readonly Outcome[] {
    const node = this.#cordoned[0] ?? fullestNode(this.#views());
    if (node === undefined) return ['nothing'];
    if (this.#cordoned.length === 0) {
      this.#cordoned.push(node);
      this.#kubernetes.cordonNode(node);
    }
    return this.#views()
      .filter((pod) => pod.node === node && !pod.terminating)
      .map((pod) => this.#kubernetes.evictPod(pod.name));
  }

  #first(image: Image, ready: boolean): Pod | undefined {
    const view = firstOf(
      this.#views().filter(({ node }) => node !== undefined),
      image,
      ready,
      this.#stableNames,
    );
    return view === undefined ? undefined : this.#kubernetes.pod(view.name);
  }

  #withFirst(image: Image, ready: boolean, act: (pod: Pod) => void): readonly Outcome[] {
    const pod = this.#first(image, ready);
    if (pod === undefined) return ['nothing'];
    act(pod);
    return ['done'];
  }

  #views(): readonly PodView[] {
    return this.#kubernetes.pods().map((pod) => ({
      name: pod.name,
      image: imageOf(pod.image),
      ready: pod.ready,
      terminating: pod.terminating,
      node: pod.node?.name,
    }));
  }

  #record(event: KubernetesEvent): void {
    if (event.kind !== 'pod.created' && event.kind !== 'pod.terminating') return;
    const pod = this.#kubernetes.pod(event.pod);
    if (pod === undefined) return;
    const image = imageOf(pod.image);
    if (event.kind === 'pod.created') this.#created.push({ name: pod.name, image });
    else this.#deleted.push({ name: pod.name, image, ready: pod.ready });
  }
}

function imageOf(image: string): Image {
  const letter = images.find((candidate) => image === `app:${candidate}`);
  if (letter === undefined) throw new RangeError(`no image of a plan: ${image}`);
  return letter;
}
