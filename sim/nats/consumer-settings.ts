import type { ServerRefusal } from '../../system/ports/errors.ts';
import type {
  ConsumerSettings,
  EffectiveConsumerSettings,
  EffectiveStreamSettings,
} from '../../system/ports/jetstream-management.ts';
import { apiErrors, invalidConsumer, invalidPolicy, invalidStream } from './api-errors.ts';
import type { NatsProfile } from './profile.ts';
import { isAssetName, isSubject } from './stream-settings.ts';
import { subjectMatches } from './subjects.ts';

const defaultAckWaitMs = 30_000;
const defaultMaxAckPending = 1_000;
const defaultMaxWaiting = 512;
const ephemeralThresholdMs = 5_000;

/** Settings with the server's defaults (`setConsumerConfigDefaults`). */
export function effectiveConsumerSettings(
  settings: ConsumerSettings,
  profile: NatsProfile,
): EffectiveConsumerSettings {
  const filters = settings.filterSubjects ?? [];
  const ack = settings.ack ?? 'none';
  const backoffMs = settings.backoffMs ?? [];
  const maxDeliver = settings.maxDeliver ?? -1;
  const ackWaitMs = settings.ackWaitMs ?? 0;
  const maxAckPending = Math.max(-1, settings.maxAckPending ?? 0);
  const thresholdMs = settings.inactiveThresholdMs ?? 0;
  return {
    name: settings.name,
    durable: settings.durable,
    deliver: settings.deliver ?? { kind: 'all' },
    ack,
    ackWaitMs: backoffMs[0] ?? (ackWaitMs === 0 && ack !== 'none' ? defaultAckWaitMs : ackWaitMs),
    backoffMs,
    maxDeliver: maxDeliver === 0 || maxDeliver < -1 ? -1 : maxDeliver,
    maxAckPending: maxAckPending === 0 && ack !== 'none' ? defaultMaxAckPending : maxAckPending,
    filterSubjects: filters.length > 1 && !profile.multiFilter ? [] : filters,
    maxWaiting:
      settings.maxWaiting === undefined || settings.maxWaiting <= 0 ? defaultMaxWaiting : settings.maxWaiting,
    maxRequestBatch: Math.max(0, settings.maxRequestBatch ?? 0),
    maxRequestExpiresMs: Math.max(0, settings.maxRequestExpiresMs ?? 0),
    maxRequestMaxBytes: Math.max(0, settings.maxRequestMaxBytes ?? 0),
    inactiveThresholdMs: thresholdMs <= 0 && !settings.durable ? ephemeralThresholdMs : thresholdMs,
    headersOnly: settings.headersOnly ?? false,
    replicas: settings.replicas ?? 0,
    memoryStorage: settings.memoryStorage ?? false,
  };
}

/** How many replicas a consumer has (jetstream A2). */
export function consumerReplicas(
  settings: EffectiveConsumerSettings,
  stream: EffectiveStreamSettings,
): number {
  if (settings.replicas > 0) return settings.replicas;
  return !settings.durable && stream.retention === 'limits' ? 1 : stream.replicas;
}

/** Why no server takes these settings, or undefined (`checkConsumerCfg`; jetstream D36, F46). */
export function consumerRefusal(
  settings: EffectiveConsumerSettings,
  stream: EffectiveStreamSettings,
  profile: NatsProfile,
): ServerRefusal | undefined {
  const { filterSubjects, deliver, backoffMs, replicas } = settings;
  if (!isAssetName(settings.name)) {
    return invalidStream("consumer name can not contain '.', '*', '>', '\\', '/'");
  }
  if (replicas > stream.replicas) return apiErrors.replicasExceedStream;
  if (replicas < 0) return apiErrors.replicasNegative;
  if (stream.retention !== 'limits' && replicas !== 0 && replicas !== stream.replicas) {
    return apiErrors.replicasMustMatch;
  }
  // Before 2.10 there had to be more deliveries than back-offs, and an endless number counted as fewer.
  const isEndless = settings.maxDeliver === -1 && profile.version !== '2.9.10';
  const least = backoffMs.length + (profile.version === '2.9.10' ? 1 : 0);
  if (backoffMs.length > 0 && !isEndless && settings.maxDeliver < least) return apiErrors.backoffTooLong;
  if (settings.ack === 'none' && stream.retention === 'workqueue') {
    return profile.version === '2.9.10' ? apiErrors.pullRequiresAnyAck : apiErrors.pullRequiresAck;
  }
  if (filterSubjects.includes('')) return apiErrors.emptyFilter;
  for (const [place, filter] of filterSubjects.entries()) {
    if (!isSubject(filter)) return invalidStream('invalid subject');
    if (filterSubjects.some((other, at) => at !== place && subjectMatches(other, filter))) {
      return apiErrors.filtersOverlap;
    }
  }
  if (deliver.kind === 'last-per-subject' && filterSubjects.length === 0) {
    return invalidPolicy(
      'consumer delivery policy is deliver last per subject, but optional filter subject is not set',
    );
  }
  if (deliver.kind === 'by-start-sequence' && deliver.sequence === 0) {
    return invalidPolicy(
      'consumer delivery policy is deliver by start sequence, but optional start sequence is not set',
    );
  }
  return undefined;
}

/** What a work queue demands of a new consumer; `taken` are the filters of the others, one list each (jetstream D36). */
export function workQueueRefusal(
  settings: EffectiveConsumerSettings,
  others: number,
  taken: (filter: string) => boolean,
  profile: NatsProfile,
): ServerRefusal | undefined {
  if (settings.ack !== 'explicit') return apiErrors.workQueueExplicitAck;
  const wrongPolicy = settings.deliver.kind === 'all' ? undefined : apiErrors.workQueueDeliverAll;
  if (wrongPolicy !== undefined && profile.multiFilter) return wrongPolicy;
  if (settings.filterSubjects.length === 0 && others > 0) return apiErrors.workQueueUnfiltered;
  if (settings.filterSubjects.some((filter) => taken(filter))) return apiErrors.workQueueNotUnique;
  return wrongPolicy;
}

/** Why a consumer cannot be given other settings, or undefined (`checkNewConsumerConfig`). */
export function consumerUpdateRefusal(
  old: EffectiveConsumerSettings,
  settings: EffectiveConsumerSettings,
): ServerRefusal | undefined {
  if (old.deliver.kind !== settings.deliver.kind) return invalidConsumer('deliver policy can not be updated');
  if (JSON.stringify(old.deliver) !== JSON.stringify(settings.deliver)) {
    return invalidConsumer(
      old.deliver.kind === 'by-start-time'
        ? 'start time can not be updated'
        : 'start sequence can not be updated',
    );
  }
  if (old.ack !== settings.ack) return invalidConsumer('ack policy can not be updated');
  if (old.maxWaiting !== settings.maxWaiting) return invalidConsumer('max waiting can not be updated');
  return undefined;
}

export function sameConsumerSettings(
  left: EffectiveConsumerSettings,
  right: EffectiveConsumerSettings,
): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}
