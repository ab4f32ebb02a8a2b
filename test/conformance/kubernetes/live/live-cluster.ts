import { ControlPlane, type ControlPlaneTimes } from './control-plane.ts';
import { FakeKubelet } from './fake-kubelet.ts';
import { Informer } from './informer.ts';
import {
  podReady,
  type KubeBudget,
  type KubeDeployment,
  type KubeNode,
  type KubePod,
  type KubeReplicaSet,
  type KubeStatefulSet,
} from './objects.ts';

/** A control plane, its fake kubelet, and all that it tells. */
export class LiveKubernetes {
  readonly plane: ControlPlane;
  readonly pods: Informer<KubePod>;
  readonly replicaSets: Informer<KubeReplicaSet>;
  readonly deployments: Informer<KubeDeployment>;
  readonly statefulSets: Informer<KubeStatefulSet>;
  readonly budgets: Informer<KubeBudget>;
  readonly nodes: Informer<KubeNode>;
  readonly kubelet: FakeKubelet;
  /** Workloads whose terminating pods stay until they are released, if they were ever ready. */
  readonly holding = new Set<string>();
  readonly #everReady = new Set<string>();

  private constructor(plane: ControlPlane) {
    const { api } = plane;
    this.plane = plane;
    this.pods = new Informer(api, '/api/v1/pods');
    this.replicaSets = new Informer(api, '/apis/apps/v1/replicasets');
    this.deployments = new Informer(api, '/apis/apps/v1/deployments');
    this.statefulSets = new Informer(api, '/apis/apps/v1/statefulsets');
    this.budgets = new Informer(api, '/apis/policy/v1/poddisruptionbudgets');
    this.nodes = new Informer(api, '/api/v1/nodes');
    this.kubelet = new FakeKubelet(api, this.pods, {
      readyAfterMs: () => undefined,
      holdsTerminating: (pod) => this.holds(pod),
    });
    this.pods.onChange((_, pod) => {
      if (podReady(pod)) this.#everReady.add(pod.metadata.uid);
    });
  }

  /** Errors: `LiveProblem` where the servers are missing or do not start. */
  static async start(times: ControlPlaneTimes): Promise<LiveKubernetes> {
    const cluster = new LiveKubernetes(await ControlPlane.start(times));
    for (const informer of cluster.#informers()) await informer.start();
    cluster.kubelet.start();
    return cluster;
  }

  holds({ metadata }: KubePod): boolean {
    return this.holding.has(metadata.labels?.['app'] ?? '') && this.#everReady.has(metadata.uid);
  }

  async stop(): Promise<void> {
    this.kubelet.stop();
    for (const informer of this.#informers()) await informer.stop();
    await this.plane.stop();
  }

  #informers(): readonly { start(): Promise<void>; stop(): Promise<void> }[] {
    return [this.pods, this.replicaSets, this.deployments, this.statefulSets, this.budgets, this.nodes];
  }
}
