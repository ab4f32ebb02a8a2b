/** How much may change within a period. */
export interface ScalingPolicy {
  readonly kind: 'pods' | 'percent';
  readonly value: number;
  readonly periodMs: number;
}

export interface ScalingRules {
  /** A direction is taken only as far as every recommendation within the window goes. */
  readonly stabilizationMs: number;
  /** Which of several policies counts: the one that allows the most change, the least, or none at all. */
  readonly select: 'max' | 'min' | 'disabled';
  readonly policies: readonly ScalingPolicy[];
}

export interface ScalingBehaviour {
  readonly up: ScalingRules;
  readonly down: ScalingRules;
}

/** What Kubernetes fills in where a behaviour leaves something out (delivery 81). */
export const defaultScalingBehaviour: ScalingBehaviour = {
  up: {
    stabilizationMs: 0,
    select: 'max',
    policies: [
      { kind: 'pods', value: 4, periodMs: 15_000 },
      { kind: 'percent', value: 100, periodMs: 15_000 },
    ],
  },
  down: {
    stabilizationMs: 300_000,
    select: 'max',
    policies: [{ kind: 'percent', value: 100, periodMs: 15_000 }],
  },
};

/** Without a behaviour a scale-up may always go to this many. */
const legacySmallestJump = 4;

interface Dated {
  readonly timeMs: number;
  readonly value: number;
}

/**
 * What an autoscaler remembers, and the limits that follow from it (delivery 81). Without a behaviour nothing limits a
 * scale-down but its window, and a scale-up goes to twice the replicas or to four. Times are milliseconds.
 */
export class ScalingHistory {
  readonly #behaviour: ScalingBehaviour | undefined;
  readonly #upWindowMs: number;
  readonly #downWindowMs: number;
  #recommendations: Dated[] = [];
  #added: Dated[] = [];
  #removed: Dated[] = [];

  /** `downWindowMs` counts where no behaviour is given. */
  constructor(behaviour: ScalingBehaviour | undefined, downWindowMs: number) {
    this.#behaviour = behaviour;
    this.#upWindowMs = behaviour?.up.stabilizationMs ?? 0;
    this.#downWindowMs = behaviour?.down.stabilizationMs ?? downWindowMs;
  }

  /** The autoscaler saw its target for the first time, which counts as a recommendation. */
  began(nowMs: number, current: number): void {
    this.#recommendations.push({ timeMs: nowMs, value: current });
  }

  /** Replicas to set now for a recommendation: stabilised, then limited by the policies and by `[minimum, maximum]`. */
  decide(nowMs: number, current: number, recommendation: number, minimum: number, maximum: number): number {
    const stabilized = this.#stabilize(nowMs, current, recommendation);
    if (stabilized > current) {
      const limit = Math.max(current, this.#upLimit(nowMs, current));
      return Math.min(stabilized, maximum, limit);
    }
    if (stabilized < current) {
      const limit = Math.min(current, this.#downLimit(nowMs, current));
      return Math.max(stabilized, minimum, limit);
    }
    return current;
  }

  /** The number of replicas was changed. */
  changed(nowMs: number, from: number, to: number): void {
    if (to > from) this.#added.push({ timeMs: nowMs, value: to - from });
    else this.#removed.push({ timeMs: nowMs, value: from - to });
  }

  #stabilize(nowMs: number, current: number, recommendation: number): number {
    const keptMs = Math.max(this.#upWindowMs, this.#downWindowMs);
    this.#recommendations = this.#recommendations.filter((past) => past.timeMs > nowMs - keptMs);
    let lowest = recommendation;
    let highest = recommendation;
    for (const past of this.#recommendations) {
      if (past.timeMs > nowMs - this.#upWindowMs) lowest = Math.min(lowest, past.value);
      if (past.timeMs > nowMs - this.#downWindowMs) highest = Math.max(highest, past.value);
    }
    this.#recommendations.push({ timeMs: nowMs, value: recommendation });
    return Math.min(Math.max(current, lowest), highest);
  }

  #upLimit(nowMs: number, current: number): number {
    if (this.#behaviour === undefined) return Math.max(2 * current, legacySmallestJump);
    const limits = this.#behaviour.up.policies.map((policy) => {
      const start = this.#atPeriodStart(nowMs, current, policy.periodMs);
      return policy.kind === 'pods' ? start + policy.value : Math.ceil(start * (1 + policy.value / 100));
    });
    switch (this.#behaviour.up.select) {
      case 'max':
        return Math.max(...limits);
      case 'min':
        return Math.min(...limits);
      case 'disabled':
        return current;
    }
  }

  #downLimit(nowMs: number, current: number): number {
    if (this.#behaviour === undefined) return 0;
    const limits = this.#behaviour.down.policies.map((policy) => {
      const start = this.#atPeriodStart(nowMs, current, policy.periodMs);
      return policy.kind === 'pods' ? start - policy.value : Math.trunc(start * (1 - policy.value / 100));
    });
    switch (this.#behaviour.down.select) {
      case 'max':
        return Math.min(...limits);
      case 'min':
        return Math.max(...limits);
      case 'disabled':
        return current;
    }
  }

  #atPeriodStart(nowMs: number, current: number, periodMs: number): number {
    const within = (events: readonly Dated[]): number =>
      events.reduce((sum, event) => (event.timeMs > nowMs - periodMs ? sum + event.value : sum), 0);
    return current - within(this.#added) + within(this.#removed);
  }
}
