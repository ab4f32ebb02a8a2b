import type {
  EffectiveStreamSettings,
  StreamSettings,
  StreamState,
} from '../../ports/jetstream-management.ts';
import { flagAt, listAt, nanos, nanosAt, numberAt, textAt, textsAt } from './json-value.ts';

/** Settings as `STREAM.CREATE` and `STREAM.UPDATE` take them; what is absent is left to the server. */
export function streamJson(settings: StreamSettings): Readonly<Record<string, unknown>> {
  return {
    name: settings.name,
    subjects: settings.subjects,
    retention: settings.retention ?? 'limits',
    storage: settings.storage ?? 'file',
    num_replicas: settings.replicas ?? 1,
    discard: settings.discard ?? 'old',
    discard_new_per_subject: settings.discardNewPerSubject,
    max_msgs: settings.maxMessages ?? -1,
    max_bytes: settings.maxBytes ?? -1,
    max_msgs_per_subject: settings.maxMessagesPerSubject ?? -1,
    max_msg_size: settings.maxMessageBytes ?? -1,
    max_consumers: settings.maxConsumers ?? -1,
    max_age: nanos(settings.maxAgeMs ?? 0),
    duplicate_window:
      settings.duplicateWindowMs === undefined ? undefined : nanos(settings.duplicateWindowMs),
    allow_direct: settings.allowDirect,
    allow_rollup_hdrs: settings.allowRollup,
    deny_delete: settings.denyDelete,
    deny_purge: settings.denyPurge,
    allow_msg_ttl: settings.allowMessageTtl,
    subject_delete_marker_ttl:
      settings.subjectDeleteMarkerTtlMs === undefined ? undefined : nanos(settings.subjectDeleteMarkerTtlMs),
  };
}

export function effectiveStream(config: unknown): EffectiveStreamSettings {
  return {
    name: textAt(config, 'name'),
    subjects: textsAt(config, 'subjects'),
    retention: retentionOf(textAt(config, 'retention')),
    storage: textAt(config, 'storage') === 'memory' ? 'memory' : 'file',
    replicas: numberAt(config, 'num_replicas'),
    discard: textAt(config, 'discard') === 'new' ? 'new' : 'old',
    discardNewPerSubject: flagAt(config, 'discard_new_per_subject'),
    maxMessages: numberAt(config, 'max_msgs'),
    maxBytes: numberAt(config, 'max_bytes'),
    maxMessagesPerSubject: numberAt(config, 'max_msgs_per_subject'),
    maxMessageBytes: numberAt(config, 'max_msg_size'),
    maxConsumers: numberAt(config, 'max_consumers'),
    maxAgeMs: nanosAt(config, 'max_age'),
    duplicateWindowMs: nanosAt(config, 'duplicate_window'),
    allowDirect: flagAt(config, 'allow_direct'),
    allowRollup: flagAt(config, 'allow_rollup_hdrs'),
    denyDelete: flagAt(config, 'deny_delete'),
    denyPurge: flagAt(config, 'deny_purge'),
    allowMessageTtl: flagAt(config, 'allow_msg_ttl'),
    subjectDeleteMarkerTtlMs: nanosAt(config, 'subject_delete_marker_ttl'),
  };
}

/** From the answer to `STREAM.CREATE`, `STREAM.UPDATE` and `STREAM.INFO`. */
export function streamState(answer: unknown): StreamState {
  const leader = textAt(answer, 'cluster', 'leader');
  return {
    settings: effectiveStream((answer as { readonly config?: unknown }).config),
    messages: numberAt(answer, 'state', 'messages'),
    bytes: numberAt(answer, 'state', 'bytes'),
    firstSequence: numberAt(answer, 'state', 'first_seq'),
    lastSequence: numberAt(answer, 'state', 'last_seq'),
    deletedMessages: numberAt(answer, 'state', 'num_deleted'),
    subjects: numberAt(answer, 'state', 'num_subjects'),
    consumers: numberAt(answer, 'state', 'consumer_count'),
    ...(leader === '' ? {} : { leader }),
    followers: listAt(answer, 'cluster', 'replicas')
      .map((replica) => textAt(replica, 'name'))
      .sort((left, right) => (left < right ? -1 : 1)),
  };
}

function retentionOf(text: string): EffectiveStreamSettings['retention'] {
  return text === 'interest' || text === 'workqueue' ? text : 'limits';
}
