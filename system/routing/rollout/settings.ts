import type { Colour } from '../../ports/colour.ts';
import { managementPort, rolloutPort } from '../paths.ts';
import type { ExperimentSettings } from '../experiment/settings.ts';
import { judgeAnalysis, type BackgroundSettings } from './background.ts';
import { decideGate, defaultGateSettings, type GateSettings } from './gates.ts';
import { defaultStageSettings, stagesFor, type StageSettings } from './stages.ts';

/** Rules of the controller that a planted bug may replace. */
export interface RolloutPolicies {
  readonly decideGate: typeof decideGate;
  readonly judgeAnalysis: typeof judgeAnalysis;
  readonly stagesFor: typeof stagesFor;
  /** Whether a colour with this backlog may be cleared or scaled down (delivery C41). */
  readonly isDrained: (backlog: number) => boolean;
  /** Gateways still to be waited for, of those that have not confirmed. */
  readonly awaitedGateways: (unconfirmed: readonly string[]) => readonly string[];
}

export interface ComponentSettings {
  /** Name of the Deployment by colour. */
  readonly deployments: Readonly<Record<Colour, string>>;
  /** Replicas that carry all tools. */
  readonly replicas: number;
  /** As canary it has what the tools of its stage need, and what it had (delivery 10); absent: all of it from the start. */
  readonly growsWithStages?: boolean;
}

export interface V1Backlog {
  readonly colour: Colour;
  /** Rejects with a `PortError`. */
  read(): Promise<number>;
}

export interface RolloutSettings {
  readonly port: number;
  readonly managementAuthority: string;
  readonly managementTimeoutMs: number;
  /** What it bears where Management asks for a token (role `release`); empty: none. */
  readonly managementToken: string;
  readonly natsUrls: Readonly<Record<Colour, string>>;
  readonly natsTimeoutMs: number;
  readonly stream: string;
  /** A colour whose completions are not in NATS but in Kafka (V1), and how many are waiting there. Undefined: none. */
  readonly v1: V1Backlog | undefined;
  readonly collector: ComponentSettings;
  readonly defender: ComponentSettings;
  readonly stages: StageSettings;
  readonly gates: GateSettings;
  /** Beside the gates; undefined: none. */
  readonly background: BackgroundSettings | undefined;
  /** Before the first stage; undefined: none. */
  readonly experiment: ExperimentSettings | undefined;
  /** Share of units that must be assigned before the first tool comes (delivery 1O: ≥ 0.99). */
  readonly minAssignmentCoverage: number;
  /** Pause between two looks at a stage (also how soon a failure is acted on). */
  readonly checkMs: number;
  /** Pause between two looks at anything else that is waited for. */
  readonly pollMs: number;
  /** Pause between two looks at the confirmations of a rollback. */
  readonly rollbackPollMs: number;
  /** A failure inside a stage is judged over this much of its past at most … */
  readonly failureWindowMs: number;
  /** … and at least, so that a blip of two seconds is no failure. */
  readonly failureMinWindowMs: number;
  /** P0: Management and the idle cluster have this long to be in order; then the release is aborted. */
  readonly prepareTimeoutMs: number;
  /** P1: delivery 1 (progress deadline 600 s). */
  readonly deployTimeoutMs: number;
  readonly verifyTimeoutMs: number;
  /** Capacity and confirmations of a stage; then it is paused. */
  readonly expandTimeoutMs: number;
  /** A pause ends in L1 after this time (delivery C19, F33). */
  readonly pauseTimeoutMs: number;
  /** After this time a rollback reports the gateways that have not confirmed: 5 s + one round trip are promised. */
  readonly rollbackReportMs: number;
  /** Longest life of a request that was routed to the canary before an L3: only after it is a backlog of 0 final. */
  readonly drainSettleMs: number;
  /** How long the old colour stays at full strength after a promotion (delivery C21, F50). */
  readonly retentionMs: number;
  /** Replicas of each component that the old colour keeps after that (delivery C22). */
  readonly retainedReplicas: number;
  /**
   * Deployments are labelled `autoscaling: off` while tools are at the canary, and `on` where they are stable and no
   * release is under way; who scales them goes by it (delivery C46, F51, F52).
   */
  readonly pausesAutoscaling: boolean;
  readonly storeRetryMs: number;
  readonly policies: RolloutPolicies;
}

export const standardRolloutPolicies: RolloutPolicies = {
  decideGate,
  judgeAnalysis,
  stagesFor,
  isDrained: (backlog) => backlog === 0,
  awaitedGateways: (unconfirmed) => unconfirmed,
};

export const defaultRolloutSettings: RolloutSettings = {
  port: rolloutPort,
  managementAuthority: `management:${managementPort}`,
  managementTimeoutMs: 1000,
  managementToken: '',
  natsUrls: { blue: 'nats://nats-blue:4222', green: 'nats://nats-green:4222' },
  natsTimeoutMs: 2000,
  stream: 'dc-notifications',
  v1: undefined,
  collector: { deployments: { blue: 'collector-blue', green: 'collector-green' }, replicas: 10 },
  defender: { deployments: { blue: 'defender-blue', green: 'defender-green' }, replicas: 45 },
  stages: defaultStageSettings,
  gates: defaultGateSettings,
  background: undefined,
  experiment: undefined,
  minAssignmentCoverage: 0.99,
  checkMs: 15_000,
  pollMs: 2000,
  rollbackPollMs: 500,
  failureWindowMs: 300_000,
  failureMinWindowMs: 60_000,
  prepareTimeoutMs: 300_000,
  deployTimeoutMs: 600_000,
  verifyTimeoutMs: 300_000,
  expandTimeoutMs: 600_000,
  pauseTimeoutMs: 30 * 60_000,
  rollbackReportMs: 10_000,
  drainSettleMs: 60_000,
  retentionMs: 30 * 60_000,
  retainedReplicas: 1,
  pausesAutoscaling: false,
  storeRetryMs: 500,
  policies: standardRolloutPolicies,
};
