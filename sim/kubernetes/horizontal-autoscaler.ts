import { Autoscaling, defaultAutoscalingTimes, type AutoscalingLimits } from './autoscaling.ts';
import type { Cluster } from './cluster.ts';
import type { Deployment } from './deployment.ts';
import type { Deployments } from './deployments.ts';
import type { Pod } from './pod.ts';

/** Autoscaling of one Deployment by CPU. */
export interface AutoscalerSpec extends AutoscalingLimits {
  /** CPU a pod uses now; undefined where there is no measurement. The world knows it. */
  cpuUsageMilli(pod: Pod): number | undefined;
}

const syncPeriodUs = 15_000_000;

/**
 * The HorizontalPodAutoscaler of one Deployment (delivery 77–82), every 15 s.
 * Not modelled: several metrics, the age of measurements other than what `cpuUsageMilli` answers.
 */
export class HorizontalAutoscaler {
  readonly #cluster: Cluster;
  readonly #deployments: Deployments;
  readonly #deployment: Deployment;
  readonly #spec: AutoscalerSpec;
  readonly #autoscaling: Autoscaling;

  constructor(cluster: Cluster, deployments: Deployments, deployment: Deployment, spec: AutoscalerSpec) {
    this.#cluster = cluster;
    this.#deployments = deployments;
    this.#deployment = deployment;
    this.#spec = spec;
    this.#autoscaling = new Autoscaling(spec, defaultAutoscalingTimes, cluster.rules);
    cluster.kernel.after(syncPeriodUs, HorizontalAutoscaler.#sync, this, undefined);
  }

  static #sync(autoscaler: HorizontalAutoscaler): void {
    const { kernel } = autoscaler.#cluster;
    kernel.after(syncPeriodUs, HorizontalAutoscaler.#sync, autoscaler, undefined);
    const { replicas, name } = autoscaler.#deployment;
    const pods = autoscaler.#deployment.activePods().map((pod) => ({
      usageMilli: pod.container === undefined ? undefined : autoscaler.#spec.cpuUsageMilli(pod),
      requestMilli: pod.spec.cpuMilli,
      running: pod.container !== undefined,
      ready: pod.ready,
      readyChangedMs: pod.readySinceUs / 1000,
      startedMs: pod.createdUs / 1000,
    }));
    const wanted = autoscaler.#autoscaling.decide(kernel.nowUs / 1000, replicas, pods);
    if (wanted !== replicas) autoscaler.#deployments.scale(name, wanted, 'horizontal-autoscaler');
  }
}
