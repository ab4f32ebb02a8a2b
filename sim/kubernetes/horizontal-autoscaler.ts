import type { Cluster } from './cluster.ts';
import type { Deployment } from './deployment.ts';
import type { Deployments } from './deployments.ts';
import type { Pod } from './pod.ts';
import { replicasForCpu, type ScaledPod } from './replica-calculator.ts';
import { defaultScalingBehaviour, ScalingHistory, type ScalingBehaviour } from './scaling-behaviour.ts';

/** Autoscaling of one Deployment by CPU. */
export interface AutoscalerSpec {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Percent of the request. */
  readonly targetCpuPercent: number;
  readonly behaviour?: ScalingBehaviour;
  /** CPU a pod uses now; undefined where there is no measurement. The world knows it. */
  cpuUsageMilli(pod: Pod): number | undefined;
}

const syncPeriodUs = 15_000_000;
const cpuInitializationUs = 300_000_000;
const initialReadinessDelayUs = 30_000_000;
/** The window that one CPU measurement covers. */
const metricWindowUs = 30_000_000;

/**
 * The HorizontalPodAutoscaler of one Deployment (delivery 77–82), every 15 s.
 * Not modelled: several metrics, the age of measurements other than what `cpuUsageMilli` answers.
 */
export class HorizontalAutoscaler {
  readonly #cluster: Cluster;
  readonly #deployments: Deployments;
  readonly #deployment: Deployment;
  readonly #spec: AutoscalerSpec;
  readonly #history: ScalingHistory;

  constructor(cluster: Cluster, deployments: Deployments, deployment: Deployment, spec: AutoscalerSpec) {
    this.#cluster = cluster;
    this.#deployments = deployments;
    this.#deployment = deployment;
    this.#spec = spec;
    this.#history = new ScalingHistory(spec.behaviour ?? defaultScalingBehaviour);
    cluster.kernel.after(syncPeriodUs, HorizontalAutoscaler.#sync, this, undefined);
  }

  static #sync(autoscaler: HorizontalAutoscaler): void {
    autoscaler.#cluster.kernel.after(syncPeriodUs, HorizontalAutoscaler.#sync, autoscaler, undefined);
    const current = autoscaler.#deployment.replicas;
    // At 0 replicas the autoscaler is off: an idle colour stays idle (delivery 80).
    if (current === 0) return;
    const wanted = autoscaler.#wanted(current);
    if (wanted === current) return;
    autoscaler.#history.changed(autoscaler.#cluster.kernel.nowUs / 1000, current, wanted);
    autoscaler.#deployments.scale(autoscaler.#deployment.name, wanted, 'horizontal-autoscaler');
  }

  #wanted(current: number): number {
    const { minReplicas, maxReplicas, targetCpuPercent } = this.#spec;
    if (current > maxReplicas) return maxReplicas;
    if (current < minReplicas) return minReplicas;
    const pods = this.#deployment.activePods().map((pod) => this.#observe(pod));
    const recommendation = replicasForCpu(current, targetCpuPercent, pods);
    if (recommendation === undefined) return current;
    const nowMs = this.#cluster.kernel.nowUs / 1000;
    return this.#history.decide(nowMs, current, recommendation, minReplicas, maxReplicas);
  }

  #observe(pod: Pod): ScaledPod {
    const started = pod.container !== undefined;
    const usageMilli = started ? this.#spec.cpuUsageMilli(pod) : undefined;
    return {
      usageMilli,
      requestMilli: pod.spec.cpuMilli,
      ready: started && !this.#doubtful(pod, usageMilli),
    };
  }

  /** A young pod counts once it is ready and measured since; an old one unless it never became ready (delivery 77, 79). */
  #doubtful(pod: Pod, usageMilli: number | undefined): boolean {
    if (usageMilli === undefined) return false;
    const { nowUs } = this.#cluster.kernel;
    if (nowUs < pod.createdUs + cpuInitializationUs) {
      return !pod.ready || nowUs < pod.readySinceUs + metricWindowUs;
    }
    return !pod.ready && pod.readySinceUs < pod.createdUs + initialReadinessDelayUs;
  }
}
