import type { MessageStore, StoredMessage } from './stored-message.ts';
import type { SubjectFilter } from './subject-filter.ts';

/** First stored message at or after `from` that the filter matches. */
export function nextMatching(
  messages: MessageStore,
  filter: SubjectFilter,
  from: number,
): StoredMessage | undefined {
  if (filter.all) return messages.atOrAfter(from);
  let best: StoredMessage | undefined;
  for (const subject of filter.literals) {
    const found = nextOf(messages, subject, from);
    if (found !== undefined && (best === undefined || found.sequence < best.sequence)) best = found;
  }
  if (filter.wildcards.length === 0) return best;
  let message = messages.atOrAfter(from);
  while (message !== undefined && (best === undefined || message.sequence < best.sequence)) {
    if (filter.matches(message.subject)) return message;
    message = message.next;
  }
  return best;
}

/** The last stored message that the filter matches; `lastOf`: the last of one subject. */
export function lastMatching(
  messages: MessageStore,
  filter: SubjectFilter,
  lastOf: (subject: number) => StoredMessage | undefined,
): StoredMessage | undefined {
  if (filter.all) return messages.last;
  let best: StoredMessage | undefined;
  for (const subject of filter.literals) {
    const last = lastOf(subject);
    if (last !== undefined && (best === undefined || last.sequence > best.sequence)) best = last;
  }
  if (filter.wildcards.length === 0) return best;
  let message = messages.last;
  while (message !== undefined && (best === undefined || message.sequence > best.sequence)) {
    if (filter.matches(message.subject)) return message;
    message = message.previous;
  }
  return best;
}

/** The last messages of all subjects that match, in the order of the stream. */
export function lastOfEach(messages: MessageStore, filter: SubjectFilter): StoredMessage[] {
  const found: StoredMessage[] = [];
  for (const subject of messages.subjects()) {
    const last = filter.matches(subject) ? messages.lastOf(subject) : undefined;
    if (last !== undefined) found.push(last);
  }
  return found.sort((a, b) => a.sequence - b.sequence);
}

/** Stored messages from a sequence on that the filter matches. */
export function countMatching(messages: MessageStore, filter: SubjectFilter, from: number): number {
  let count = 0;
  if (filter.wildcards.length === 0 && !filter.all) {
    for (const subject of filter.literals) {
      let message = messages.lastOf(subject);
      while (message !== undefined && message.sequence >= from) {
        count++;
        message = message.previousOfSubject;
      }
    }
    return count;
  }
  let message = messages.atOrAfter(from);
  while (message !== undefined) {
    if (filter.matches(message.subject)) count++;
    message = message.next;
  }
  return count;
}

function nextOf(messages: MessageStore, subject: number, from: number): StoredMessage | undefined {
  const last = messages.lastOf(subject);
  if (last === undefined || last.sequence < from) return undefined;
  const first = messages.firstOf(subject);
  if (first !== undefined && first.sequence >= from) return first;
  let found = last;
  while (found.previousOfSubject !== undefined && found.previousOfSubject.sequence >= from) {
    found = found.previousOfSubject;
  }
  return found;
}
