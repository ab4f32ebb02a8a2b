import type { StreamSettings } from '../../system/ports/jetstream-management.ts';
import type { BucketSettings } from '../../system/ports/key-value-full.ts';

/** The stream that stands for a bucket (jetstream H62). */
export function bucketStream(settings: BucketSettings): StreamSettings {
  const { bucket, history = 1, replicas = 1, storage = 'file', ttlMs = 0, markerTtlMs = 0 } = settings;
  return {
    name: `KV_${bucket}`,
    subjects: [`$KV.${bucket}.>`],
    replicas,
    storage,
    discard: 'new',
    maxMessagesPerSubject: history,
    maxBytes: settings.maxBytes ?? -1,
    maxMessageBytes: settings.maxValueBytes ?? -1,
    maxAgeMs: ttlMs,
    allowDirect: true,
    allowRollup: true,
    denyDelete: true,
    ...(markerTtlMs > 0 ? { allowMessageTtl: true, subjectDeleteMarkerTtlMs: markerTtlMs } : {}),
  };
}
