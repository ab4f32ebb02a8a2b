import type { RandomStream } from '../kernel/index.ts';
import type { Cluster } from './cluster.ts';
import type { Pod } from './pod.ts';
import { drawUs } from './settings.ts';

interface EndpointState {
  /** What the slice controller wants callers to see. */
  wanted: boolean;
  visible: boolean;
  /** When the last change reaches the callers; later changes come no sooner. */
  visibleAtUs: number;
}

/**
 * The endpoints of one Deployment's Service as its callers see them. A pod is among them while it is ready and not
 * terminating, each change delayed by a lag of its own: requests still come after SIGTERM (delivery 72).
 */
export class Service {
  readonly name: string;
  readonly #cluster: Cluster;
  readonly #random: RandomStream;
  readonly #states = new Map<Pod, EndpointState>();
  #endpoints: readonly Pod[] = [];
  #addresses: readonly number[] = [];

  constructor(name: string, cluster: Cluster) {
    this.name = name;
    this.#cluster = cluster;
    this.#random = cluster.kernel.stream('kubernetes/service', name);
  }

  /** In the order of the pods' creation; a new list at every change. */
  get endpoints(): readonly Pod[] {
    return this.#endpoints;
  }

  /** Machines of the endpoints, in the same order; a new list at every change. */
  get addresses(): readonly number[] {
    return this.#addresses;
  }

  podChanged(pod: Pod): void {
    const wanted = pod.ready && pod.active;
    let state = this.#states.get(pod);
    if (state === undefined) {
      if (!wanted) return;
      state = { wanted: false, visible: false, visibleAtUs: 0 };
      this.#states.set(pod, state);
    }
    if (state.wanted === wanted) return;
    state.wanted = wanted;
    const { kernel, settings } = this.#cluster;
    const atUs = kernel.nowUs + drawUs(this.#random, settings.endpointLag);
    state.visibleAtUs = Math.max(atUs, state.visibleAtUs + 1);
    kernel.at(state.visibleAtUs, wanted ? Service.#add : Service.#remove, this, pod);
  }

  static #add(service: Service, pod: Pod): void {
    const state = service.#states.get(pod);
    if (state === undefined) return;
    state.visible = true;
    service.#publish();
  }

  static #remove(service: Service, pod: Pod): void {
    const state = service.#states.get(pod);
    if (state === undefined) return;
    state.visible = false;
    if (!state.wanted) service.#states.delete(pod);
    service.#publish();
  }

  #publish(): void {
    const endpoints: Pod[] = [];
    for (const [pod, state] of this.#states) if (state.visible) endpoints.push(pod);
    endpoints.sort((left, right) => left.sequence - right.sequence);
    this.#endpoints = endpoints;
    this.#addresses = endpoints.map((pod) => pod.host);
  }
}
