import type { DeploymentStatus, Orchestrator } from '../../system/ports/orchestrator.ts';
import type { Kernel, SimProcess } from '../kernel/index.ts';
import type { Directory, Network } from '../network/index.ts';
import { Cluster } from './cluster.ts';
import { controllerRules, type ControllerRules } from './controller-rules.ts';
import type { DeploymentConditions, DeploymentCounts } from './deployment-conditions.ts';
import type { DeploymentSpec, RolloutSettings } from './deployment-spec.ts';
import type { Deployment } from './deployment.ts';
import { Deployments } from './deployments.ts';
import type { BudgetStatus } from './disruption-budget.ts';
import { Disruption, type EvictionOutcome } from './disruption.ts';
import { HorizontalAutoscaler } from './horizontal-autoscaler.ts';
import { Kubelet } from './kubelet.ts';
import type { KubernetesEvent } from './kubernetes-event.ts';
import { NodeLifecycle } from './node-lifecycle.ts';
import type { ClusterNode } from './node.ts';
import { OrchestratorClient } from './orchestrator-client.ts';
import type { Pod } from './pod.ts';
import type { ReplicaSetResize, ReplicaSetView } from './replica-set.ts';
import { Scheduler } from './scheduler.ts';
import type { Service } from './service.ts';
import { defaultKubernetesSettings, type KubernetesSettings } from './settings.ts';

/** Nobody answers: the same list for every name that is not known. */
const nobody: readonly number[] = [];

/**
 * One cluster of the simulated world (delivery §1G–1J). What it does is recorded through `record`. Names that do not
 * exist are a `RangeError`.
 */
export class Kubernetes implements Directory {
  /** The machine of the API server: faults cut it off as any other. */
  readonly apiHost: number;
  readonly #cluster: Cluster;
  readonly #deployments: Deployments;
  readonly #disruption: Disruption;
  readonly #nodes: NodeLifecycle;

  constructor(
    kernel: Kernel,
    network: Network,
    record: (event: KubernetesEvent) => void,
    settings: KubernetesSettings = defaultKubernetesSettings,
    rules: ControllerRules = controllerRules,
  ) {
    this.#cluster = new Cluster(kernel, network, settings, record, rules);
    this.apiHost = network.addHost('kubernetes-api');
    this.#deployments = new Deployments(this.#cluster);
    const scheduler = new Scheduler(this.#cluster);
    const kubelet = new Kubelet(this.#cluster);
    this.#disruption = new Disruption(this.#cluster, this.#deployments, scheduler);
    this.#nodes = new NodeLifecycle(this.#cluster, kubelet, scheduler);
  }

  /** Creates a Deployment, its Service of the same name, and its autoscaler if it has one; pods follow by themselves. */
  deploy(spec: DeploymentSpec): void {
    const deployment = this.#deployments.add(spec);
    const { autoscaler } = deployment.spec;
    if (autoscaler !== undefined) {
      new HorizontalAutoscaler(this.#cluster, this.#deployments, deployment, autoscaler);
    }
  }

  /**
   * Machines behind a name: of a Service its endpoints as callers see them now, of a pod its own address while the pod
   * exists; otherwise none. The list is the same object until it changes.
   */
  endpoints(name: string): readonly number[] {
    const deployment = this.#deployments.find(name);
    if (deployment !== undefined) return deployment.service.addresses;
    return this.#cluster.pods.get(name)?.addresses() ?? nobody;
  }

  /** A handle for those who ask often. */
  service(name: string): Service {
    return this.#deployment(name).service;
  }

  /** Pods that exist, in the order of their creation, terminating ones included. */
  pods(filter: { readonly deployment?: string } = {}): Pod[] {
    const { deployment } = filter;
    const pods = [...this.#cluster.pods.values()];
    return deployment === undefined ? pods : pods.filter((pod) => pod.deployment === deployment);
  }

  pod(name: string): Pod | undefined {
    return this.#cluster.pods.get(name);
  }

  nodes(): readonly ClusterNode[] {
    return this.#cluster.nodes;
  }

  deploymentNames(): string[] {
    return this.#deployments.all().map((deployment) => deployment.name);
  }

  status(deployment: string): DeploymentStatus {
    return this.#deployments.status(deployment);
  }

  /** Its pods, terminating ones aside. */
  counts(deployment: string): DeploymentCounts {
    return this.#deployment(deployment).counts();
  }

  /** Of a Deployment without stable names, in the order of their creation. */
  replicaSets(deployment: string): readonly ReplicaSetView[] {
    return this.#deployments.replicaSets(deployment);
  }

  /** Of a Deployment without stable names. */
  conditions(deployment: string): DeploymentConditions | undefined {
    return this.#deployments.conditions(deployment);
  }

  /** From now on a rollout that misses its progress deadline is an event as well as a condition. */
  reportStuckUpdates(): void {
    this.#deployments.reportStuckUpdates();
  }

  /** From now on told of every new size of a ReplicaSet. A watcher looks, and must not act on the world. */
  watchReplicaSets(watcher: (resize: ReplicaSetResize) => void): void {
    this.#deployments.watchReplicaSets(watcher);
  }

  /** Undefined where the Deployment has no disruption budget. */
  budget(deployment: string): BudgetStatus | undefined {
    return this.#disruption.budget(this.#deployment(deployment));
  }

  /** The `Orchestrator` port of a process. */
  orchestratorFor(process: SimProcess, host: number): Orchestrator {
    return new OrchestratorClient(this.#cluster, this.#deployments, this.apiHost, process, host);
  }

  scale(deployment: string, replicas: number, by: string): void {
    this.#deployments.scale(deployment, replicas, by);
  }

  /** Changes how a Deployment is rolled out, pauses it or goes on. */
  configure(deployment: string, changes: Partial<RolloutSettings>, by: string): void {
    this.#deployments.configure(deployment, changes, by);
  }

  setImage(deployment: string, image: string, by: string): void {
    this.#deployments.setImage(deployment, image, by);
  }

  /** A rolling update to the same image. */
  restartDeployment(deployment: string, by: string): void {
    this.#deployments.restart(deployment, by);
  }

  /** SIGKILL of the process, as a crash: the container is started again in the same pod. */
  killPod(name: string): void {
    this.#pod(name).container?.end('crashed');
  }

  /**
   * A graceful deletion, with the pod's own grace period or another. Grace 0 removes the object at once, so that a
   * successor may start while the process still runs, for up to the kubelet's lag and 2 s (delivery 74).
   */
  deletePod(name: string, graceMs?: number): void {
    const pod = this.#pod(name);
    this.#cluster.requestDeletion(pod, graceMs ?? pod.spec.terminationGraceMs);
    if (graceMs === 0) this.#cluster.removePod(pod, 'force-deleted');
  }

  freezePod(name: string): void {
    this.#pod(name).container?.freeze();
  }

  /** Does nothing where the pod was removed while it stood still. */
  resumePod(name: string): void {
    this.#cluster.pods.get(name)?.container?.resume();
  }

  /** Its container's readiness probe fails, or is its own answer again. Does nothing where the pod is gone. */
  failReadiness(name: string, isFailing: boolean): void {
    this.#cluster.pods.get(name)?.container?.failReadiness(isFailing);
  }

  evictPod(name: string): EvictionOutcome {
    return this.#disruption.evict(this.#cluster.pods.get(name));
  }

  /** Gives up after `timeoutMs`, as `kubectl drain --timeout` does; by default never. The node stays cordoned. */
  drainNode(name: string, timeoutMs = 0): void {
    this.#disruption.drain(this.#cluster.node(name), timeoutMs);
  }

  cordonNode(name: string): void {
    this.#disruption.cordon(this.#cluster.node(name));
  }

  uncordonNode(name: string): void {
    this.#disruption.uncordon(this.#cluster.node(name));
  }

  failNode(name: string): void {
    this.#nodes.fail(this.#cluster.node(name));
  }

  restoreNode(name: string): void {
    this.#nodes.restore(this.#cluster.node(name));
  }

  #pod(name: string): Pod {
    const pod = this.#cluster.pods.get(name);
    if (pod === undefined) throw new RangeError(`no pod ${name}`);
    return pod;
  }

  #deployment(name: string): Deployment {
    const deployment = this.#deployments.find(name);
    if (deployment === undefined) throw new RangeError(`no deployment ${name}`);
    return deployment;
  }
}
