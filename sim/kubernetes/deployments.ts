import type { DeploymentStatus } from '../../system/ports/orchestrator.ts';
import type { EventHandle, RandomStream } from '../kernel/index.ts';
import type { Cluster } from './cluster.ts';
import type { DeploymentConditions } from './deployment-conditions.ts';
import { withDefaults, type DeploymentSpec, type RolloutSettings } from './deployment-spec.ts';
import { Deployment } from './deployment.ts';
import type { Pod } from './pod.ts';
import type { ReplicaSetResize, ReplicaSetView } from './replica-set.ts';
import { RollingController } from './rolling-controller.ts';
import { drawUs } from './settings.ts';
import { StableController } from './stable-controller.ts';

interface Managed {
  readonly deployment: Deployment;
  readonly controller: RollingController | StableController;
  readonly random: RandomStream;
  pending: EventHandle | undefined;
  /** Wakes the controller when the progress deadline is over. */
  deadline: EventHandle;
  isToldStuck: boolean;
}

/** All Deployments: changes by their users, and the controllers that follow them. */
export class Deployments {
  readonly #cluster: Cluster;
  readonly #managed = new Map<string, Managed>();
  readonly #resizeWatchers: ((resize: ReplicaSetResize) => void)[] = [];
  #reportsStuck = false;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    cluster.watch((pod, change) => {
      const managed = this.#managed.get(pod.deployment);
      if (managed === undefined) return;
      if (change === 'removed') managed.deployment.pods.delete(pod);
      managed.deployment.service.podChanged(pod);
      this.#enqueue(managed);
      const { minReadyMs } = managed.deployment.rollout;
      if (change === 'ready' && minReadyMs > 0) {
        cluster.kernel.after(minReadyMs * 1000, Deployments.#lookAgain, this, managed);
      }
    });
  }

  add(spec: DeploymentSpec): Deployment {
    if (this.#managed.has(spec.name)) throw new RangeError(`deployment ${spec.name} is there already`);
    const deployment = new Deployment(withDefaults(spec), this.#cluster);
    const controller = deployment.spec.stableNames
      ? new StableController(deployment, this.#cluster)
      : new RollingController(deployment, this.#cluster, (resize) => {
          for (const watcher of this.#resizeWatchers) watcher(resize);
        });
    const random = this.#cluster.kernel.stream('kubernetes/controller', spec.name);
    const managed: Managed = {
      deployment,
      controller,
      random,
      pending: undefined,
      deadline: -1,
      isToldStuck: false,
    };
    this.#managed.set(spec.name, managed);
    this.#enqueue(managed);
    return deployment;
  }

  find(name: string): Deployment | undefined {
    return this.#managed.get(name)?.deployment;
  }

  all(): Deployment[] {
    return [...this.#managed.values()].map((managed) => managed.deployment);
  }

  status(name: string): DeploymentStatus {
    return this.#named(name).deployment.status();
  }

  /** In the order of their creation; none where names are stable. */
  replicaSets(name: string): readonly ReplicaSetView[] {
    const { controller } = this.#named(name);
    return controller instanceof RollingController ? controller.replicaSets() : [];
  }

  /** Undefined where names are stable. */
  conditions(name: string): DeploymentConditions | undefined {
    const { controller } = this.#named(name);
    return controller instanceof RollingController ? controller.conditions() : undefined;
  }

  /** From now on told of every new size of a ReplicaSet. A watcher looks, and must not act on the world. */
  watchReplicaSets(watcher: (resize: ReplicaSetResize) => void): void {
    this.#resizeWatchers.push(watcher);
  }

  /** From now on a rollout that misses its progress deadline is an event. */
  reportStuckUpdates(): void {
    this.#reportsStuck = true;
  }

  configure(name: string, changes: Partial<RolloutSettings>, by: string): void {
    const managed = this.#named(name);
    managed.deployment.rollout = { ...managed.deployment.rollout, ...changes };
    this.#changed(managed, by);
  }

  scale(name: string, replicas: number, by: string): void {
    if (!Number.isInteger(replicas) || replicas < 0) throw new RangeError(`${replicas} replicas of ${name}`);
    const managed = this.#named(name);
    if (managed.deployment.replicas === replicas) return;
    managed.deployment.replicas = replicas;
    this.#changed(managed, by);
  }

  setImage(name: string, image: string, by: string): void {
    const managed = this.#named(name);
    if (managed.deployment.image === image) return;
    managed.deployment.image = image;
    this.#startRollout(managed, by);
  }

  restart(name: string, by: string): void {
    const managed = this.#named(name);
    managed.deployment.touchTemplate();
    this.#startRollout(managed, by);
  }

  label(name: string, labels: Readonly<Record<string, string>>, by: string): void {
    const { deployment } = this.#named(name);
    deployment.labels = { ...deployment.labels, ...labels };
    this.#cluster.record({ kind: 'deployment.labelled', deployment: name, labels: deployment.labels, by });
  }

  /** The pod's Deployment. Throws a `RangeError` when there is none. */
  ownerOf(pod: Pod): Deployment {
    return this.#named(pod.deployment).deployment;
  }

  #named(name: string): Managed {
    const managed = this.#managed.get(name);
    if (managed === undefined) throw new RangeError(`no deployment ${name}`);
    return managed;
  }

  #startRollout(managed: Managed, by: string): void {
    const { deployment } = managed;
    deployment.rolloutSinceUs = this.#cluster.kernel.nowUs;
    this.#changed(managed, by);
    this.#cluster.record({ kind: 'update.started', deployment: deployment.name, image: deployment.image });
  }

  #changed(managed: Managed, by: string): void {
    const { name, replicas, image } = managed.deployment;
    this.#cluster.record({ kind: 'deployment.changed', deployment: name, replicas, image, by });
    this.#enqueue(managed);
  }

  /** The controller's work queue: one entry a Deployment, however many changes. */
  #enqueue(managed: Managed): void {
    if (managed.pending !== undefined) return;
    const delayUs = drawUs(managed.random, this.#cluster.settings.controllerDelay);
    managed.pending = this.#cluster.kernel.after(delayUs, Deployments.#sync, this, managed);
  }

  static #lookAgain(deployments: Deployments, managed: Managed): void {
    deployments.#enqueue(managed);
  }

  static #sync(deployments: Deployments, managed: Managed): void {
    managed.pending = undefined;
    if (managed.controller.sync()) deployments.#enqueue(managed);
    const { deployment } = managed;
    if (deployment.rolloutSinceUs === undefined) return;
    if (deployments.#reportsStuck) deployments.#reportIfStuck(managed, deployment.rolloutSinceUs);
    const { total, updated, available } = deployment.counts();
    const desired = deployment.replicas;
    if (updated !== desired || available !== desired || total !== desired) return;
    const { kernel, record } = deployments.#cluster;
    const durationMs = (kernel.nowUs - deployment.rolloutSinceUs) / 1000;
    deployment.rolloutSinceUs = undefined;
    record({ kind: 'update.completed', deployment: deployment.name, durationMs });
  }

  /** The controller comes again when the deadline is over, as the real one does. */
  #reportIfStuck(managed: Managed, startedUs: number): void {
    const { controller, deployment } = managed;
    if (!(controller instanceof RollingController)) return;
    const { kernel, record } = this.#cluster;
    const isStuck = controller.conditions().progressing?.reason === 'ProgressDeadlineExceeded';
    if (isStuck && !managed.isToldStuck) {
      const sinceStartMs = (kernel.nowUs - startedUs) / 1000;
      record({ kind: 'update.stuck', deployment: deployment.name, sinceStartMs });
    }
    managed.isToldStuck = isStuck;
    const dueUs = controller.deadlineUs();
    kernel.cancel(managed.deadline);
    managed.deadline = dueUs === undefined ? -1 : kernel.at(dueUs + 1, Deployments.#lookAgain, this, managed);
  }
}
