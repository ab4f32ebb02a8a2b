import type {
  ConsumerSettings,
  ConsumerState,
  DeliverPolicy,
  EffectiveConsumerSettings,
  SequencePair,
} from '../../ports/jetstream-management.ts';
import { flagAt, listAt, nanos, nanosAt, numberAt, textAt, textsAt, valueAt } from './json-value.ts';

/** Settings as `CONSUMER.CREATE` takes them; one filter goes into the field that all versions know. */
export function consumerJson(settings: ConsumerSettings): Readonly<Record<string, unknown>> {
  const filters = settings.filterSubjects ?? [];
  return {
    name: settings.name,
    durable_name: settings.durable ? settings.name : undefined,
    ...deliverJson(settings.deliver ?? { kind: 'all' }),
    ack_policy: settings.ack ?? 'none',
    ack_wait: settings.ackWaitMs === undefined ? undefined : nanos(settings.ackWaitMs),
    backoff: settings.backoffMs?.map(nanos),
    max_deliver: settings.maxDeliver,
    max_ack_pending: settings.maxAckPending,
    filter_subject: filters.length === 1 ? filters[0] : undefined,
    filter_subjects: filters.length > 1 ? filters : undefined,
    replay_policy: 'instant',
    max_waiting: settings.maxWaiting,
    max_batch: settings.maxRequestBatch,
    max_expires: settings.maxRequestExpiresMs === undefined ? undefined : nanos(settings.maxRequestExpiresMs),
    max_bytes: settings.maxRequestMaxBytes,
    inactive_threshold:
      settings.inactiveThresholdMs === undefined ? undefined : nanos(settings.inactiveThresholdMs),
    headers_only: settings.headersOnly,
    num_replicas: settings.replicas ?? 0,
    mem_storage: settings.memoryStorage,
  };
}

/** From the answer to `CONSUMER.CREATE` and `CONSUMER.INFO`. */
export function consumerState(answer: unknown): ConsumerState {
  const leader = textAt(answer, 'cluster', 'leader');
  return {
    settings: effectiveConsumer(valueAt(answer, 'config')),
    delivered: pairAt(answer, 'delivered'),
    ackFloor: pairAt(answer, 'ack_floor'),
    pending: numberAt(answer, 'num_pending'),
    ackPending: numberAt(answer, 'num_ack_pending'),
    redelivered: numberAt(answer, 'num_redelivered'),
    waiting: numberAt(answer, 'num_waiting'),
    ...(leader === '' ? {} : { leader }),
  };
}

function effectiveConsumer(config: unknown): EffectiveConsumerSettings {
  const filter = textAt(config, 'filter_subject');
  const ack = textAt(config, 'ack_policy');
  return {
    name: textAt(config, 'name') || textAt(config, 'durable_name'),
    durable: textAt(config, 'durable_name') !== '',
    deliver: deliverOf(config),
    ack: ack === 'explicit' || ack === 'all' ? ack : 'none',
    ackWaitMs: nanosAt(config, 'ack_wait'),
    backoffMs: listAt(config, 'backoff').map((wait) => (typeof wait === 'number' ? wait / 1e6 : 0)),
    maxDeliver: numberAt(config, 'max_deliver'),
    maxAckPending: numberAt(config, 'max_ack_pending'),
    filterSubjects: filter === '' ? textsAt(config, 'filter_subjects') : [filter],
    maxWaiting: numberAt(config, 'max_waiting'),
    maxRequestBatch: numberAt(config, 'max_batch'),
    maxRequestExpiresMs: nanosAt(config, 'max_expires'),
    maxRequestMaxBytes: numberAt(config, 'max_bytes'),
    inactiveThresholdMs: nanosAt(config, 'inactive_threshold'),
    headersOnly: flagAt(config, 'headers_only'),
    replicas: numberAt(config, 'num_replicas'),
    memoryStorage: flagAt(config, 'mem_storage'),
  };
}

function deliverJson(policy: DeliverPolicy): Readonly<Record<string, unknown>> {
  switch (policy.kind) {
    case 'all':
    case 'last':
    case 'new':
      return { deliver_policy: policy.kind };
    case 'last-per-subject':
      return { deliver_policy: 'last_per_subject' };
    case 'by-start-sequence':
      return { deliver_policy: 'by_start_sequence', opt_start_seq: policy.sequence };
    case 'by-start-time':
      return { deliver_policy: 'by_start_time', opt_start_time: new Date(policy.timeMs).toISOString() };
  }
}

function deliverOf(config: unknown): DeliverPolicy {
  const policy = textAt(config, 'deliver_policy');
  switch (policy) {
    case 'last':
    case 'new':
      return { kind: policy };
    case 'last_per_subject':
      return { kind: 'last-per-subject' };
    case 'by_start_sequence':
      return { kind: 'by-start-sequence', sequence: numberAt(config, 'opt_start_seq') };
    case 'by_start_time':
      return { kind: 'by-start-time', timeMs: Date.parse(textAt(config, 'opt_start_time')) };
    default:
      return { kind: 'all' };
  }
}

function pairAt(answer: unknown, name: string): SequencePair {
  return {
    consumerSequence: numberAt(answer, name, 'consumer_seq'),
    streamSequence: numberAt(answer, name, 'stream_seq'),
  };
}
