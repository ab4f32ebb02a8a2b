import type { DeploymentStatus } from '../../system/ports/orchestrator.ts';
import { hashText, type RandomStream } from '../kernel/index.ts';
import type { Cluster } from './cluster.ts';
import type { DeploymentCounts } from './deployment-conditions.ts';
import type { CompleteDeploymentSpec, RolloutSettings } from './deployment-spec.ts';
import { Pod } from './pod.ts';
import { Service } from './service.ts';

const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;

/** What pods are made from, as far as it can change. */
export interface PodTemplate {
  /** Ten characters that name it. */
  readonly hash: string;
  readonly image: string;
}

/** The object that its users change, and the pods made from it. */
export class Deployment {
  readonly spec: CompleteDeploymentSpec;
  readonly service: Service;
  readonly pods = new Set<Pod>();
  image: string;
  replicas: number;
  labels: Readonly<Record<string, string>>;
  rollout: RolloutSettings;
  /** When the rollout that is under way began. */
  rolloutSinceUs: number | undefined;
  readonly #cluster: Cluster;
  readonly #nameRandom: RandomStream;
  readonly #starts = new Map<string, number>();
  #restartRequests = 0;
  #created = 0;

  constructor(spec: CompleteDeploymentSpec, cluster: Cluster) {
    this.spec = spec;
    this.#cluster = cluster;
    this.service = new Service(spec.name, cluster);
    this.image = spec.image;
    this.replicas = spec.replicas;
    this.labels = { ...spec.labels };
    this.rollout = {
      maxSurge: spec.maxSurge,
      maxUnavailable: spec.maxUnavailable,
      minReadyMs: spec.minReadyMs,
      progressDeadlineMs: spec.progressDeadlineMs,
      revisionHistoryLimit: spec.revisionHistoryLimit,
      paused: false,
    };
    this.#nameRandom = cluster.kernel.stream('kubernetes/deployment', spec.name);
  }

  get name(): string {
    return this.spec.name;
  }

  template(): PodTemplate {
    const text = `${this.image}\u0000${this.#restartRequests}`;
    return { image: this.image, hash: letters(hashText(text), 5) + letters(hashText(text, 1), 5) };
  }

  /** The same image, but another template: everything is replaced. */
  touchTemplate(): void {
    this.#restartRequests++;
  }

  /** `ordinal` only where names are stable. */
  createPod(template: PodTemplate, ordinal?: number): Pod {
    const name = ordinal === undefined ? this.#freeName(template.hash) : `${this.name}-${ordinal}`;
    const incarnation = (this.#starts.get(name) ?? 0) + 1;
    this.#starts.set(name, incarnation);
    const { kernel, network, settings } = this.#cluster;
    const pod = new Pod(
      kernel,
      this.spec,
      {
        name,
        uid: `${name}.${incarnation}`,
        image: template.image,
        templateHash: template.hash,
        sequence: this.#created++,
        host: network.addHost(name),
      },
      settings.clockOffsetDeviationMs,
    );
    this.pods.add(pod);
    this.#cluster.addPod(pod);
    return pod;
  }

  activePods(): Pod[] {
    return [...this.pods].filter((pod) => pod.active);
  }

  /** Ready for long enough. */
  isAvailable(pod: Pod): boolean {
    return pod.ready && this.#cluster.kernel.nowUs >= pod.readySinceUs + this.rollout.minReadyMs * 1000;
  }

  /** Terminating pods are counted nowhere, as in the real status (delivery 66). */
  counts(): DeploymentCounts {
    const { hash } = this.template();
    let total = 0;
    let updated = 0;
    let ready = 0;
    let available = 0;
    for (const pod of this.pods) {
      if (!pod.active) continue;
      total++;
      if (pod.templateHash === hash) updated++;
      if (pod.ready) ready++;
      if (this.isAvailable(pod)) available++;
    }
    return { total, updated, ready, available };
  }

  status(): DeploymentStatus {
    const { updated, ready, available } = this.counts();
    const { name, image, replicas, labels } = this;
    return { name, image, desired: replicas, updated, ready, available, labels };
  }

  #freeName(templateHash: string): string {
    for (;;) {
      const name = `${this.name}-${templateHash}-${letters(this.#nameRandom.uint32(), suffixLength)}`;
      if (!this.#starts.has(name)) return name;
    }
  }
}

function letters(number: number, count: number): string {
  let rest = number;
  let text = '';
  for (let index = 0; index < count; index++) {
    text += nameAlphabet[rest % nameAlphabet.length];
    rest = Math.floor(rest / nameAlphabet.length);
  }
  return text;
}
