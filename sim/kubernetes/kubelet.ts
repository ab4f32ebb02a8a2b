import type { Cluster, PodChange } from './cluster.ts';
import { Container, type ContainerSupervisor } from './container.ts';
import type { PodEnd } from './kubernetes-event.ts';
import type { ClusterNode } from './node.ts';
import type { Pod } from './pod.ts';
import { Probe } from './probe.ts';
import { drawUs } from './settings.ts';

/** However little is left of the grace period, SIGKILL comes no sooner after SIGTERM (delivery 71). */
const shortestGraceUs = 2_000_000;

/**
 * The kubelets of all nodes: containers from image pull to SIGKILL, probes, restarts in place (delivery 70–74).
 * Not modelled: failing image pulls, init containers and sidecars, node-pressure eviction, a restart of the kubelet.
 */
export class Kubelet implements ContainerSupervisor {
  readonly #cluster: Cluster;
  readonly #podOf = new Map<Container, Pod>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    cluster.watch((pod, change) => this.#podChanged(pod, change));
  }

  /** The machine goes down: its processes are gone and its pods' addresses silent at once. */
  nodeDown(node: ClusterNode): void {
    const orphans = [...this.#podOf.values()].filter((pod) => pod.node === node && pod.phase === 'ended');
    for (const pod of [...node.pods, ...orphans]) {
      this.#cluster.network.hostDown(pod.host);
      this.#cancelTimers(pod);
      pod.container?.end('node-lost');
    }
  }

  /** The machine is back with empty memory: what was to go is gone, the rest starts again with new addresses. */
  nodeUp(node: ClusterNode): void {
    for (const pod of node.pods) {
      if (pod.terminating) {
        this.#cluster.removePod(pod, pod.lastEnd);
        continue;
      }
      this.#cluster.setReady(pod, false);
      pod.host = this.#cluster.network.addHost(pod.name);
      pod.phase = 'starting';
      this.#prepare(pod);
    }
  }

  probeAnswersChanged(container: Container): void {
    const pod = this.#podOf.get(container);
    if (pod === undefined || !container.process.alive) return;
    pod.readiness?.answer(container.readinessAnswer());
    pod.liveness?.answer(container.livenessAnswer());
  }

  containerEnded(container: Container, how: PodEnd): void {
    const pod = this.#podOf.get(container);
    if (pod === undefined) return;
    this.#podOf.delete(container);
    this.#cancelTimers(pod);
    pod.lastEnd = how;
    if (how === 'node-lost') return;
    const { kernel, network, settings } = this.#cluster;
    network.closeAllOf(container.process, pod.host);
    const lagUs = drawUs(pod.random, settings.kubeletLag);
    pod.timer = kernel.after(lagUs, pod.active ? Kubelet.#notice : Kubelet.#gone, this, pod);
  }

  #podChanged(pod: Pod, change: PodChange): void {
    switch (change) {
      case 'scheduled':
        if (pod.node?.up === true) this.#prepare(pod);
        return;
      case 'terminating':
        if (pod.node?.up === true) this.#stopLater(pod);
        return;
      case 'created':
      case 'ready':
      case 'unready':
      case 'removed':
        return;
    }
  }

  #prepare(pod: Pod): void {
    const node = pod.node;
    if (node === undefined) return;
    const { kernel, settings } = this.#cluster;
    let imageAtUs = node.imagesAtUs.get(pod.image);
    if (imageAtUs === undefined) {
      imageAtUs = kernel.nowUs + drawUs(pod.random, settings.imagePull);
      node.imagesAtUs.set(pod.image, imageAtUs);
    }
    const startUs = Math.max(kernel.nowUs, imageAtUs) + drawUs(pod.random, pod.spec.startup);
    pod.timer = kernel.at(startUs, Kubelet.#start, this, pod);
  }

  static #start(kubelet: Kubelet, pod: Pod): void {
    const { kernel, record } = kubelet.#cluster;
    const { spec } = pod;
    if (pod.container !== undefined) pod.restarts++;
    const container = new Container(
      kernel,
      kubelet,
      pod.name,
      `${pod.uid}.${pod.restarts}`,
      spec.environment,
      pod.clock,
    );
    pod.container = container;
    pod.phase = 'running';
    kubelet.#podOf.set(container, pod);
    record({
      kind: 'pod.started',
      pod: pod.name,
      deployment: pod.deployment,
      uid: container.uid,
      restarts: pod.restarts,
    });
    pod.readiness = new Probe(kernel, spec.readiness, false, (ready) =>
      kubelet.#cluster.setReady(pod, ready),
    );
    pod.liveness = new Probe(kernel, spec.liveness, true, (alive) => {
      if (!alive) kubelet.#killUnhealthy(pod);
    });
    kernel.wake();
    spec.start(pod);
  }

  /** A failed liveness probe restarts the container in place, after SIGTERM and grace (delivery 70). */
  #killUnhealthy(pod: Pod): void {
    const container = pod.container;
    if (container === undefined) return;
    pod.readiness?.stop();
    pod.liveness?.stop();
    this.#cluster.setReady(pod, false);
    const graceUs = Math.max(shortestGraceUs, pod.spec.terminationGraceMs * 1000);
    pod.killTimer = this.#cluster.kernel.after(graceUs, Kubelet.#kill, container, undefined);
    container.terminate();
  }

  #stopLater(pod: Pod): void {
    const { kernel, settings } = this.#cluster;
    kernel.cancel(pod.timer);
    const lagUs = drawUs(pod.random, settings.kubeletLag);
    pod.timer = kernel.after(lagUs, Kubelet.#stop, this, pod);
  }

  static #stop(kubelet: Kubelet, pod: Pod): void {
    const container = pod.container;
    if (container === undefined || !container.process.alive) {
      Kubelet.#gone(kubelet, pod);
      return;
    }
    const { kernel } = kubelet.#cluster;
    pod.readiness?.stop();
    pod.liveness?.stop();
    const hookEndsUs = kernel.nowUs + pod.spec.preStopMs * 1000;
    const terminateUs = Math.max(kernel.nowUs, Math.min(hookEndsUs, pod.graceEndsUs));
    kernel.cancel(pod.killTimer);
    pod.killTimer = kernel.at(
      Math.max(pod.graceEndsUs, terminateUs + shortestGraceUs),
      Kubelet.#kill,
      container,
      undefined,
    );
    if (terminateUs > kernel.nowUs) {
      pod.timer = kernel.at(terminateUs, Kubelet.#terminate, container, undefined);
    } else {
      container.terminate();
    }
  }

  static #terminate(container: Container): void {
    container.terminate();
  }

  static #kill(container: Container): void {
    container.end('grace-expired');
  }

  /** The sandbox goes with its address, then the object. */
  static #gone(kubelet: Kubelet, pod: Pod): void {
    kubelet.#cluster.network.hostDown(pod.host);
    kubelet.#cluster.removePod(pod, pod.lastEnd);
  }

  /** The kubelet finds a container ended that should run: started again at once, later after 10·2^k s (delivery 70). */
  static #notice(kubelet: Kubelet, pod: Pod): void {
    const { kernel, record, settings } = kubelet.#cluster;
    kubelet.#cluster.setReady(pod, false);
    pod.phase = 'backing-off';
    const ranMs = (kernel.nowUs - pod.processPort.startedUs) / 1000;
    if (ranMs >= settings.crashBackoffResetMs) pod.crashBackoffMs = 0;
    const backoffMs = pod.crashBackoffMs;
    pod.crashBackoffMs = Math.min(
      settings.longestCrashBackoffMs,
      backoffMs === 0 ? settings.firstCrashBackoffMs : backoffMs * 2,
    );
    record({
      kind: 'pod.restarting',
      pod: pod.name,
      deployment: pod.deployment,
      how: pod.lastEnd,
      backoffMs,
    });
    const startUs = backoffMs * 1000 + drawUs(pod.random, pod.spec.startup);
    pod.timer = kernel.after(startUs, Kubelet.#start, kubelet, pod);
  }

  #cancelTimers(pod: Pod): void {
    const { kernel } = this.#cluster;
    kernel.cancel(pod.timer);
    kernel.cancel(pod.killTimer);
    pod.timer = -1;
    pod.killTimer = -1;
    pod.readiness?.stop();
    pod.liveness?.stop();
  }
}
