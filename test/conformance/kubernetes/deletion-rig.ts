import { setTimeout as sleep } from 'node:timers/promises';
import type { DeletionCandidate } from '../../../sim/kubernetes/index.ts';
import { nodeCount, type DeletionPlan, type PodShape } from './deletion-plan.ts';
import type { DeletionRecord } from './deletion-record.ts';
import { ControlPlane, realTimes } from './live/control-plane.ts';
import { Informer } from './live/informer.ts';
import { conditionOf, podReady, type KubeObject, type KubePod } from './live/objects.ts';

const pollMs = 50;
const withinMs = 30_000;
const replicaSetsPath = '/apis/apps/v1/namespaces/default/replicasets';

/** Real ReplicaSets whose pods look as the plan says: no scheduler and no kubelet knows of them. */
export class DeletionRig {
  readonly #plane: ControlPlane;
  readonly #pods: Informer<KubePod>;

  private constructor(plane: ControlPlane) {
    this.#plane = plane;
    this.#pods = new Informer(plane.api, '/api/v1/pods');
  }

  /** Errors: `LiveProblem` where the servers are missing or do not start. */
  static async start(): Promise<DeletionRig> {
    const rig = new DeletionRig(await ControlPlane.start(realTimes));
    await rig.#pods.start();
    return rig;
  }

  async run(id: string, app: string, plan: DeletionPlan): Promise<DeletionRecord> {
    const { api } = this.#plane;
    const owner = await api.create<KubeObject>('/api/v1/namespaces/default/configmaps', {
      metadata: { name: app },
    });
    const main = `${app}-main`;
    const sibling = `${app}-sibling`;
    const count = plan.pods.length;
    const early = Math.max(1, count - plan.later);
    await api.create(replicaSetsPath, replicaSet(main, app, owner.metadata.uid, early));
    await api.create(replicaSetsPath, replicaSet(sibling, app, owner.metadata.uid, plan.siblingNodes.length));
    await this.#until(() => this.#of(main).length === early);
    if (early < count) {
      await sleep(plan.laterBySeconds * 1000);
      await this.#scale(main, count);
    }
    await this.#until(
      () => this.#of(main).length === count && this.#of(sibling).length === plan.siblingNodes.length,
    );
    const shapedMs = Date.now();
    for (const [index, pod] of this.#of(main).entries()) {
      const shape = plan.pods[index];
      if (shape !== undefined) await this.#shape(pod, shape, app, shapedMs);
    }
    for (const [index, pod] of this.#of(sibling).entries()) {
      await this.#bind(pod, app, plan.siblingNodes[index] ?? 0);
    }
    // The controller must have heard of all this before it chooses.
    await sleep(3_000);
    const candidates = this.#candidates(main);
    const fromUs = Date.now() * 1000;
    await this.#scale(main, count - plan.surplus);
    await this.#until(() => this.#of(main).length === count - plan.surplus);
    const toUs = Date.now() * 1000;
    const staying = new Set(this.#of(main).map(({ metadata }) => metadata.name));
    await this.#remove(app);
    return {
      id,
      fromUs,
      toUs,
      candidates,
      deleted: candidates.map(({ name }) => name).filter((name) => !staying.has(name)),
    };
  }

  async stop(): Promise<void> {
    await this.#pods.stop();
    await this.#plane.stop();
  }

  #candidates(main: string): readonly DeletionCandidate[] {
    const siblings = [...this.#pods.objects.values()].filter(
      (pod) => pod.metadata.labels?.['owner'] === this.#of(main)[0]?.metadata.labels?.['owner'],
    );
    return this.#of(main).map((pod) => ({
      name: pod.metadata.name,
      assigned: pod.spec.nodeName !== undefined,
      running: pod.status.phase === 'Running',
      ready: podReady(pod),
      readySinceUs: timeUs(conditionOf(pod, 'Ready')?.lastTransitionTime),
      createdUs: timeUs(pod.metadata.creationTimestamp),
      restarts: pod.status.containerStatuses?.[0]?.restartCount ?? 0,
      crowd:
        pod.spec.nodeName === undefined
          ? 0
          : siblings.filter(({ spec }) => spec.nodeName === pod.spec.nodeName).length,
    }));
  }

  async #shape(pod: KubePod, shape: PodShape, app: string, nowMs: number): Promise<void> {
    if (shape.node !== undefined) await this.#bind(pod, app, shape.node);
    const since = new Date(nowMs - shape.readyForSeconds * 1000).toISOString().replace(/\.\d+/, '');
    await this.#plane.api.patch(`/api/v1/namespaces/default/pods/${pod.metadata.name}/status`, 'strategic', {
      status: {
        phase: shape.running ? 'Running' : 'Pending',
        conditions: [{ type: 'Ready', status: shape.ready ? 'True' : 'False', lastTransitionTime: since }],
        containerStatuses: [
          {
            name: 'app',
            image: 'app:a',
            imageID: 'app:a',
            ready: shape.ready,
            restartCount: shape.restarts,
          },
        ],
      },
    });
  }

  async #bind(pod: KubePod, app: string, node: number): Promise<void> {
    await this.#plane.api.create(`/api/v1/namespaces/default/pods/${pod.metadata.name}/binding`, {
      metadata: { name: pod.metadata.name },
      target: { kind: 'Node', name: `${app}-node-${node % nodeCount}` },
    });
  }

  async #scale(name: string, replicas: number): Promise<void> {
    await this.#plane.api.patch(`${replicaSetsPath}/${name}`, 'merge', { spec: { replicas } });
  }

  async #remove(app: string): Promise<void> {
    const { api } = this.#plane;
    for (const name of [`${app}-main`, `${app}-sibling`]) {
      await api.delete(`${replicaSetsPath}/${name}`, { propagationPolicy: 'Orphan' });
    }
    await api.delete(`/api/v1/namespaces/default/pods?labelSelector=owner%3D${app}`, {
      gracePeriodSeconds: 0,
    });
    await api.delete(`/api/v1/namespaces/default/configmaps/${app}`);
  }

  /** Active pods of a ReplicaSet, by age and name. */
  #of(set: string): readonly KubePod[] {
    return [...this.#pods.objects.values()]
      .filter(({ metadata }) => metadata.labels?.['set'] === set && metadata.deletionTimestamp === undefined)
      .toSorted((left, right) => {
        const first = left.metadata.creationTimestamp;
        const second = right.metadata.creationTimestamp;
        return first < second ? -1 : first > second ? 1 : left.metadata.name < right.metadata.name ? -1 : 1;
      });
  }

  async #until(reached: () => boolean): Promise<void> {
    for (let waitedMs = 0; !reached(); waitedMs += pollMs) {
      if (waitedMs > withinMs) throw new Error('the ReplicaSet controller does not answer');
      await sleep(pollMs);
    }
  }
}

function timeUs(time: string | undefined): number {
  return time === undefined ? 0 : Date.parse(time) * 1000;
}

function replicaSet(name: string, app: string, ownerUid: string, replicas: number): unknown {
  const labels = { set: name, owner: app };
  return {
    metadata: {
      name,
      labels,
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: app, uid: ownerUid, controller: true }],
    },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          schedulerName: 'nobody',
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'app', image: 'app:a' }],
        },
      },
    },
  };
}
