import type { DefenderSettings, Leadership } from '../system/defender/settings.ts';
import type { Colour } from '../system/ports/colour.ts';
import type { UnitKind } from '../system/ports/completion.ts';
import type { ExperimentSettings } from '../system/routing/experiment/settings.ts';
import type { EquipmentSettings, Wafer } from './equipment/index.ts';
import type { DisruptionBudget } from './kubernetes/index.ts';
import type { NatsProfile } from './nats/index.ts';
import type { Preparation } from './preparation.ts';
import type { ComponentName, SystemCustomisation } from './system-customisation.ts';

/** What a scenario says of the NATS servers of both colours. */
export interface NatsSettings {
  readonly version?: NatsProfile['version'];
  /** `sync_interval: always`; servers of 2.9 have no such setting (jetstream E41). */
  readonly syncAlways?: boolean;
}

/** V1 in place of V2 behind one colour (delivery R208): Kafka with so many brokers, the completion topic with so many partitions. */
export interface V1Options {
  readonly colour: Colour;
  readonly brokers: number;
  readonly partitions: number;
}

/**
 * Collectors of both colours are scaled by CPU, where their Deployment is labelled `autoscaling: on`: the stable one at
 * the beginning.
 */
export interface AutoscalingOptions {
  readonly mostReplicas: number;
  readonly targetCpuPercent: number;
  /** What each pod uses of its request at a time, in percent. */
  readonly cpuPercent: (timeUs: number) => number;
}

/** Pods of both sides of an experiment, what it asks for, and which tools' requests are copied to it. */
export interface ExperimentOptions {
  readonly settings: Partial<ExperimentSettings>;
  readonly toolPercent: number;
}

/** Everything that decides what a world does. */
export interface WorldOptions {
  readonly seed: bigint;
  readonly tools: number;
  /** Replicas of each colour that is up. */
  readonly defenders: number;
  readonly collectors: number;
  readonly gateways: number;
  readonly natsNodes: number;
  /** NATS of that version and with that care for its disks; 2.12 with default sync unless given. */
  readonly nats?: NatsSettings;
  readonly cassandraNodes: number;
  readonly replicationFactor: number;
  /** Both colours run from the start; otherwise green is idle with no replicas. */
  readonly bothColours: boolean;
  /** What Defenders own and consume in order; the tool unless given (delivery C3, C4). */
  readonly unitKind?: UnitKind;
  /** How Defenders get their completions; a durable for each unit unless given (defender §5). */
  readonly consumerModel?: DefenderSettings['consumerModel'];
  /** Who grants leadership among the Defenders of a colour; NATS KV unless given (delivery C5). */
  readonly leadership?: Leadership['kind'];
  /** Which colour runs V1; absent: both run V2 and there is no Kafka. */
  readonly v1?: V1Options;
  /** Releases begin with an experiment of such a size; absent: with their first stage. */
  readonly experiment?: ExperimentOptions;
  /** Absent: nothing is scaled but by people and the rollout. */
  readonly autoscaling?: AutoscalingOptions;
  /** PodDisruptionBudgets of its Deployments; absent: none has one. */
  readonly disruptionBudgets?: Readonly<Partial<Record<ComponentName, DisruptionBudget>>>;
  /** Recorded wafers that the tools play instead of the synthetic generator. */
  readonly wafers?: readonly Wafer[];
  /** How the tools work, where that is not the reference workload. */
  readonly equipment?: Partial<EquipmentSettings>;
  /** Of other worlds of the same seed and tools; absent: this world prepares itself. */
  readonly preparation?: Preparation;
  readonly customisation: SystemCustomisation;
  /** Computes healthy sequences of events at once; off only to prove that it changes nothing. */
  readonly elide: boolean;
  readonly maxEvents?: number;
}
