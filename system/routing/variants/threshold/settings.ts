import type { Reading } from './reading.ts';

/** Share of the fab, how long it lasts, and what must hold at its end. */
export interface ThresholdStage {
  readonly weightPercent: number;
  readonly durationMs: number;
  readonly mostErrorRate: number;
  readonly mostP95Ms: number;
}

export type TriggerAction = 'immediate' | 'gradual';

/** What ends a release when it holds for so long without a break. */
export interface Trigger {
  readonly name: 'error-rate' | 'latency' | 'task-success' | 'agent-health';
  readonly limit: number;
  readonly forMs: number;
  readonly action: TriggerAction;
}

export interface ThresholdSettings {
  readonly release: string;
  readonly controlAuthority: string;
  readonly stages: readonly ThresholdStage[];
  readonly triggers: readonly Trigger[];
  readonly windowMs: number;
  readonly tickMs: number;
  /** A stage that cannot pass is held for so many of its lengths, then taken back gradually. */
  readonly mostHolds: number;
  /** Requests in the window without which nothing is concluded (invariant I6). */
  readonly fewestRequests: number;
  readonly reducePercent: number;
  readonly reduceEveryMs: number;
  /** Between the last request that may go to the canary and its end. */
  readonly drainMs: number;
  /** Over the baseline, where people are told (delivery R280, R282). */
  readonly alertErrorRate: number;
  readonly alertLatencyRatio: number;
  readonly policies: ThresholdPolicies;
}

export interface ThresholdPolicies {
  /** What a reading is taken for where parts of it are missing. */
  interpret(reading: Reading): Reading;
  /** Whether a gradual rollback goes on when the readings have become good again. */
  readonly finishesRollback: boolean;
  /** Whether the canary ends only after its traffic has. */
  readonly drainsFirst: boolean;
  /** How much longer than said a trigger waits. */
  readonly patience: number;
}

export const correctThresholdPolicies: ThresholdPolicies = {
  interpret: (reading) => reading,
  finishesRollback: true,
  drainsFirst: true,
  patience: 1,
};

const second = 1000;

/** Delivery R271–R290, all times multiplied by `scale`: a stage in small is the same ladder in less time. */
export function defaultThresholdSettings(release: string, scale = 1): ThresholdSettings {
  const stage = (
    weightPercent: number,
    seconds: number,
    mostErrorRate: number,
    mostP95Ms: number,
  ): ThresholdStage => ({
    weightPercent,
    durationMs: seconds * second * scale,
    mostErrorRate,
    mostP95Ms,
  });
  return {
    release,
    controlAuthority: 'canary-control:8090',
    stages: [
      stage(0, 120, 1, Infinity),
      stage(5, 600, 0.001, 100),
      stage(20, 900, 0.005, 200),
      stage(40, 300, 0.01, 500),
      stage(60, 300, 0.01, 500),
      stage(80, 300, 0.01, 500),
      stage(100, 300, 0.01, 500),
    ],
    triggers: [
      { name: 'error-rate', limit: 0.01, forMs: 300 * second * scale, action: 'immediate' },
      { name: 'latency', limit: 500, forMs: 300 * second * scale, action: 'immediate' },
      { name: 'task-success', limit: 0.98, forMs: 600 * second * scale, action: 'gradual' },
      { name: 'agent-health', limit: 0.9, forMs: 300 * second * scale, action: 'gradual' },
    ],
    windowMs: 300 * second * scale,
    tickMs: 15 * second * scale,
    mostHolds: 3,
    fewestRequests: 50,
    reducePercent: 20,
    reduceEveryMs: 60 * second * scale,
    drainMs: 30 * second * scale,
    alertErrorRate: 0.001,
    alertLatencyRatio: 1.2,
    policies: correctThresholdPolicies,
  };
}
