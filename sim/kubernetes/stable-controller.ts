import type { Cluster } from './cluster.ts';
import type { Deployment } from './deployment.ts';
import type { Pod } from './pod.ts';

/**
 * Pods with stable names, as a StatefulSet with parallel pod management: missing ones are created together, surplus
 * ones deleted from the highest; an update replaces one pod at a time, from the highest, and waits until it is ready.
 * Not modelled: volumes, partitions, a pod lost during an update coming back with the old template.
 */
export class StableController {
  readonly #deployment: Deployment;
  readonly #cluster: Cluster;

  constructor(deployment: Deployment, cluster: Cluster) {
    this.#deployment = deployment;
    this.#cluster = cluster;
  }

  /** True when another step may follow at once. */
  sync(): boolean {
    const deployment = this.#deployment;
    const template = deployment.template();
    const byName = new Map<string, Pod>();
    for (const pod of deployment.pods) if (pod.phase !== 'ended') byName.set(pod.name, pod);
    for (let ordinal = 0; ordinal < deployment.replicas; ordinal++) {
      const name = `${deployment.name}-${ordinal}`;
      if (!byName.has(name)) byName.set(name, deployment.createPod(template, ordinal));
    }
    const wanted = Array.from({ length: deployment.replicas }, (_, ordinal) =>
      byName.get(`${deployment.name}-${ordinal}`),
    );
    for (const pod of deployment.activePods()) if (!wanted.includes(pod)) this.#delete(pod);
    for (const pod of wanted.toReversed()) {
      if (pod === undefined) continue;
      if (pod.templateHash !== template.hash && pod.active) {
        this.#delete(pod);
        return true;
      }
      if (!pod.ready || !pod.active) return false;
    }
    return false;
  }

  #delete(pod: Pod): void {
    this.#cluster.requestDeletion(pod, pod.spec.terminationGraceMs);
  }
}
