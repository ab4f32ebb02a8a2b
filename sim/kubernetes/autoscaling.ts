import { controllerRules, type ControllerRules } from './controller-rules.ts';
import type { ScaledPod } from './replica-calculator.ts';
import { ScalingHistory, type ScalingBehaviour } from './scaling-behaviour.ts';

/** Times of the controller that decides; flags of the real one (delivery 77). */
export interface AutoscalingTimes {
  /** A pod younger than this counts only once it is ready and measured since. */
  readonly cpuInitializationMs: number;
  /** A pod that was never ready after this long counts as one that has never been. */
  readonly initialReadinessMs: number;
  /** How far back recommendations hold a scale-down up where no behaviour is given. */
  readonly downscaleStabilizationMs: number;
  /** The window that one CPU measurement covers. */
  readonly metricWindowMs: number;
}

export const defaultAutoscalingTimes: AutoscalingTimes = {
  cpuInitializationMs: 300_000,
  initialReadinessMs: 30_000,
  downscaleStabilizationMs: 300_000,
  metricWindowMs: 30_000,
};

export interface AutoscalingLimits {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Percent of the request. */
  readonly targetCpuPercent: number;
  readonly behaviour?: ScalingBehaviour;
}

/** A pod that is to stay, as the controller finds it. Times are milliseconds. */
export interface ObservedPod {
  /** CPU in use; undefined while there is no measurement of it. */
  readonly usageMilli: number | undefined;
  readonly requestMilli: number;
  /** A container of it was started. */
  readonly running: boolean;
  readonly ready: boolean;
  /** When it became ready or stopped to be. */
  readonly readyChangedMs: number;
  readonly startedMs: number;
}

/** What one HorizontalPodAutoscaler remembers and decides (delivery 77–82). */
export class Autoscaling {
  readonly #limits: AutoscalingLimits;
  readonly #times: AutoscalingTimes;
  readonly #history: ScalingHistory;
  readonly #rules: ControllerRules;
  #begun = false;

  constructor(
    limits: AutoscalingLimits,
    times: AutoscalingTimes = defaultAutoscalingTimes,
    rules: ControllerRules = controllerRules,
  ) {
    this.#rules = rules;
    this.#limits = limits;
    this.#times = times;
    this.#history = new ScalingHistory(limits.behaviour, times.downscaleStabilizationMs);
  }

  /** Replicas from now on; at 0 it is off: an idle colour stays idle (delivery 80). */
  decide(nowMs: number, current: number, pods: readonly ObservedPod[]): number {
    if (!this.#begun) {
      this.#begun = true;
      this.#history.began(nowMs, current);
    }
    if (current === 0) return current;
    const wanted = this.#wanted(nowMs, current, pods);
    if (wanted !== current) this.#history.changed(nowMs, current, wanted);
    return wanted;
  }

  #wanted(nowMs: number, current: number, pods: readonly ObservedPod[]): number {
    const { minReplicas, maxReplicas, targetCpuPercent } = this.#limits;
    if (current > maxReplicas) return maxReplicas;
    if (current < minReplicas) return minReplicas;
    const scaled = pods.map((pod) => this.#scaled(nowMs, pod));
    const recommendation = this.#rules.replicasForCpu(current, targetCpuPercent, scaled);
    if (recommendation === undefined) return current;
    return this.#history.decide(nowMs, current, recommendation, minReplicas, maxReplicas);
  }

  #scaled(nowMs: number, pod: ObservedPod): ScaledPod {
    const usageMilli = pod.running ? pod.usageMilli : undefined;
    return {
      usageMilli,
      requestMilli: pod.requestMilli,
      ready: pod.running && !this.#doubtful(nowMs, pod, usageMilli),
    };
  }

  /** A young pod counts once it is ready and measured since; an old one unless it never became ready (delivery 77, 79). */
  #doubtful(nowMs: number, pod: ObservedPod, usageMilli: number | undefined): boolean {
    if (usageMilli === undefined) return false;
    if (nowMs < pod.startedMs + this.#times.cpuInitializationMs)
      return !pod.ready || nowMs < pod.readyChangedMs + this.#times.metricWindowMs;
    return !pod.ready && pod.readyChangedMs < pod.startedMs + this.#times.initialReadinessMs;
  }
}
