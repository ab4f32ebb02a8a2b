import type { Colour } from '../../ports/colour.ts';
import type { KafkaAddress, TopicSpec } from '../../ports/kafka.ts';
import { defaultGroupConsumerSettings, type GroupConsumerSettings } from '../../kafka-client/settings.ts';
import { defaultDefenderSettings, type DefenderSettings } from '../settings.ts';
import type { FabTool } from '../units.ts';

/** A Defender of V1: computing and storing are those of V2, consuming is Kafka's. */
export interface V1DefenderSettings extends DefenderSettings {
  readonly consumer: GroupConsumerSettings;
  readonly completionTopic: TopicSpec;
  readonly deadLetterTopic: TopicSpec;
  /** How often offsets of what is done are committed. */
  readonly commitIntervalMs: number;
  /** What is taken from Kafka and not done yet, at most, before nothing more is fetched. */
  readonly maxQueued: number;
  /** A rebalance waits this long for what is in work in partitions that are given up. */
  readonly revokeDrainMs: number;
  readonly v1Policies: V1Policies;
}

/** The decisions that V1 can take wrongly; a planted bug replaces one of them from outside `system/`. */
export interface V1Policies {
  /** An offset is committed when everything before it is stored, or as soon as it is fetched (Kafka's auto-commit). */
  readonly commit: 'after-store' | 'when-fetched';
}

export function defaultV1Topics(
  partitions: number,
  brokers: number,
): {
  readonly completionTopic: TopicSpec;
  readonly deadLetterTopic: TopicSpec;
} {
  const replicas = Math.min(3, brokers);
  const minInSync = Math.min(2, replicas);
  return {
    completionTopic: { topic: 'dc-complete', partitions, replicas, minInSync },
    deadLetterTopic: { topic: 'dc-dead-letters', partitions: 1, replicas, minInSync },
  };
}

/** What is right for production. The session is shorter than Kafka's default of 45 s: a crash must be noticed in time. */
export function defaultV1DefenderSettings(
  colour: Colour,
  bootstrap: readonly KafkaAddress[],
  tools: readonly FabTool[],
  partitions: number,
): V1DefenderSettings {
  const topics = defaultV1Topics(partitions, bootstrap.length);
  return {
    ...defaultDefenderSettings(colour, '', tools),
    ...topics,
    consumer: {
      ...defaultGroupConsumerSettings(bootstrap, `defender-${colour}`, topics.completionTopic.topic),
      sessionTimeoutMs: 6_000,
      heartbeatIntervalMs: 2_000,
      maxPollIntervalMs: 60_000,
    },
    commitIntervalMs: 1_000,
    maxQueued: 200,
    revokeDrainMs: 10_000,
    v1Policies: { commit: 'after-store' },
  };
}
