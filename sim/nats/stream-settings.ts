import type { ServerRefusal } from '../../system/ports/errors.ts';
import type { EffectiveStreamSettings, StreamSettings } from '../../system/ports/jetstream-management.ts';
import { apiErrors, invalidStream } from './api-errors.ts';
import type { NatsProfile } from './profile.ts';
import { filtersOverlap } from './subjects.ts';

const defaultWindowMs = 120_000;
const unlimited = -1;

function limit(value: number | undefined): number {
  return value === undefined || value === 0 || value < -1 ? unlimited : value;
}

/** Settings with the server's defaults; what a server of that version does not know is at its default. */
export function effectiveStreamSettings(
  settings: StreamSettings,
  profile: NatsProfile,
): EffectiveStreamSettings {
  const maxAgeMs = settings.maxAgeMs ?? 0;
  const windowMs = settings.duplicateWindowMs ?? 0;
  const markerTtlMs = profile.messageTtl ? (settings.subjectDeleteMarkerTtlMs ?? 0) : 0;
  const markers = markerTtlMs > 0;
  return {
    name: settings.name,
    subjects:
      settings.subjects === undefined || settings.subjects.length === 0 ? [settings.name] : settings.subjects,
    retention: settings.retention ?? 'limits',
    storage: settings.storage ?? 'file',
    replicas: settings.replicas === undefined || settings.replicas === 0 ? 1 : settings.replicas,
    discard: settings.discard ?? 'old',
    discardNewPerSubject: settings.discardNewPerSubject ?? false,
    maxMessages: limit(settings.maxMessages),
    maxBytes: limit(settings.maxBytes),
    maxMessagesPerSubject: limit(settings.maxMessagesPerSubject),
    maxMessageBytes: limit(settings.maxMessageBytes),
    maxConsumers: limit(settings.maxConsumers),
    maxAgeMs,
    duplicateWindowMs:
      windowMs !== 0 ? windowMs : maxAgeMs !== 0 && maxAgeMs < defaultWindowMs ? maxAgeMs : defaultWindowMs,
    allowDirect: settings.allowDirect ?? false,
    allowRollup: (settings.allowRollup ?? false) || markers,
    denyDelete: settings.denyDelete ?? false,
    denyPurge: markers && settings.allowRollup !== true ? false : (settings.denyPurge ?? false),
    allowMessageTtl: profile.messageTtl && ((settings.allowMessageTtl ?? false) || markers),
    subjectDeleteMarkerTtlMs: markerTtlMs,
  };
}

/** Why no server takes these settings, or undefined (jetstream §1D; `checkStreamCfg`). */
export function streamRefusal(
  settings: EffectiveStreamSettings,
  serverCount: number,
): ServerRefusal | undefined {
  const { name, maxAgeMs, duplicateWindowMs, subjects } = settings;
  if (!isAssetName(name)) {
    return invalidStream("stream name is required and can not contain '.', '*', '>', '\\', '/'");
  }
  if (settings.replicas > 5) return invalidStream('maximum replicas is 5');
  if (settings.replicas < 0) return apiErrors.replicasNegative;
  if (maxAgeMs < 0) return invalidStream('max age can not be negative');
  if (maxAgeMs !== 0 && maxAgeMs < 100) return invalidStream('max age needs to be >= 100ms');
  if (duplicateWindowMs < 0) return invalidStream('duplicates window can not be negative');
  if (maxAgeMs !== 0 && duplicateWindowMs > maxAgeMs) {
    return invalidStream('duplicates window can not be larger then max age');
  }
  if (duplicateWindowMs > 0 && duplicateWindowMs < 100) {
    return invalidStream('duplicates window needs to be >= 100ms');
  }
  if (settings.denyPurge && settings.allowRollup) {
    return invalidStream('roll-ups require the purge permission');
  }
  if (settings.discardNewPerSubject) {
    if (settings.discard !== 'new') {
      return invalidStream('discard new per subject requires discard new policy to be set');
    }
    if (settings.maxMessagesPerSubject <= 0) {
      return invalidStream('discard new per subject requires max msgs per subject > 0');
    }
  }
  if (settings.subjectDeleteMarkerTtlMs > 0 && settings.subjectDeleteMarkerTtlMs < 1_000) {
    return invalidStream('subject delete marker TTL must be at least 1 second');
  }
  for (const [place, subject] of subjects.entries()) {
    if (!isSubject(subject)) return invalidStream('invalid subject');
    if (subjects.indexOf(subject) !== place) return invalidStream('duplicate subjects detected');
    if (subjects.some((other, at) => at < place && filtersOverlap(other, subject))) {
      return invalidStream(
        `subject "${subject}" overlaps with "${subjects.find((other, at) => at < place && filtersOverlap(other, subject)) ?? ''}"`,
      );
    }
  }
  if (settings.replicas > serverCount) return apiErrors.noPeers;
  return undefined;
}

/** Why a stream cannot be given other settings, or undefined (`configUpdateCheck`). */
export function streamUpdateRefusal(
  old: EffectiveStreamSettings,
  settings: EffectiveStreamSettings,
  profile: NatsProfile,
): ServerRefusal | undefined {
  if (settings.storage !== old.storage) {
    return invalidStream('stream configuration update can not change storage type');
  }
  if (settings.retention !== old.retention && profile.version === '2.9.10') {
    return invalidStream('stream configuration update can not change retention policy');
  }
  if (
    settings.retention !== old.retention &&
    (settings.retention === 'workqueue' || old.retention === 'workqueue')
  ) {
    return invalidStream('stream configuration update can not change retention policy to/from workqueue');
  }
  if (old.denyDelete && !settings.denyDelete) {
    return invalidStream('stream configuration update can not cancel deny message deletes');
  }
  if (old.denyPurge && !settings.denyPurge) {
    return invalidStream('stream configuration update can not cancel deny purge');
  }
  if (old.allowMessageTtl && !settings.allowMessageTtl) {
    return invalidStream('message TTL status can not be disabled');
  }
  return undefined;
}

export function sameStreamSettings(left: EffectiveStreamSettings, right: EffectiveStreamSettings): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

export function isAssetName(name: string): boolean {
  return name !== '' && !/[.*>\\/\s]/.test(name);
}

export function isSubject(subject: string): boolean {
  const tokens = subject.split('.');
  return (
    !/\s/.test(subject) &&
    tokens.every((token, place) => token !== '' && (token !== '>' || place === tokens.length - 1))
  );
}
