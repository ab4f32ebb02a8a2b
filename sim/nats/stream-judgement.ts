import type { ServerRefusal } from '../../system/ports/errors.ts';
import { apiErrors, rollupInvalid, wrongLastMessageId, wrongLastSequence } from './api-errors.ts';
import { headerBytes } from './message-headers.ts';
import { unreadableTtlUs, type StoreOperation } from './operations.ts';
import type { StreamMachine } from './stream-machine.ts';

/** What applying a duplicate of a message without a sequence gives. */
export const duplicateOfNothing: number = Number.MIN_SAFE_INTEGER;

/** 0: store it. Negative: the duplicate's sequence. Positive: refused. The order of jetstream D27. */
export function judge(machine: StreamMachine, operation: StoreOperation): number {
  const { messageId, subject, storedUs, expectations, rollup } = operation;
  const { mutations, profile } = machine.context;
  // A stream that stands alone looks at the sequences first (seen on 2.12.15; jetstream D29 holds for the others).
  const duplicatesLast = mutations.dedupAfterExpectations || !profile.judgesAtApply;
  if (messageId !== '' && !duplicatesLast) {
    const sequence = machine.duplicateOf(messageId, storedUs);
    if (sequence !== undefined) return sequence === 0 ? duplicateOfNothing : -sequence;
  }
  if (expectations !== undefined) {
    const wanted = expectations.lastSubjectSequence;
    if (wanted >= 0 && !(wanted === 0 && mutations.subjectSequenceIgnored)) {
      const last = machine.lastOf(subject, expectations.lastSubject);
      if (last !== wanted) machine.refusal = wrongLastSequence(last);
    }
    machine.refusal ??= lastSequenceRefusal(machine, expectations.lastSequence, machine.expectedLast);
  }
  if (messageId !== '' && duplicatesLast && machine.refusal === undefined) {
    const sequence = machine.duplicateOf(messageId, storedUs);
    if (sequence !== undefined) return sequence === 0 ? duplicateOfNothing : -sequence;
  }
  if (expectations !== undefined && machine.refusal === undefined) {
    const { lastMessageId } = expectations;
    if (lastMessageId !== '' && lastMessageId !== machine.lastMessageId) {
      machine.refusal = wrongLastMessageId(machine.lastMessageId);
    }
  }
  machine.refusal ??= rollupRefusal(machine, rollup);
  const { maxMessageBytes } = machine.settings;
  if (
    maxMessageBytes >= 0 &&
    headerBytes(messageId, operation.headers) + operation.payload.length > maxMessageBytes
  ) {
    machine.refusal ??= apiErrors.messageTooLarge;
  }
  if (operation.ttlUs === unreadableTtlUs && machine.stores(operation)) {
    machine.refusal ??= apiErrors.ttlInvalid;
  }
  // Of what nobody wants nothing is stored.
  if (machine.stores(operation) && machine.refusal === undefined) {
    machine.refusal = storeRefusal(machine, operation);
    if (machine.refusal !== undefined) machine.expectedLast = machine.lastSequence;
  }
  if (machine.refusal === undefined) return 0;
  if (mutations.refusedConsumesSequence) machine.expectedLast = ++machine.lastSequence;
  return 1;
}

/** jetstream D27; `last` counts what is under way. */
export function lastSequenceRefusal(
  machine: StreamMachine,
  expected: number,
  last: number,
): ServerRefusal | undefined {
  if (expected < 0 || expected === last) return undefined;
  if (machine.context.mutations.lastSequenceOffByOne && expected === last - 1) return undefined;
  return wrongLastSequence(last);
}

export function rollupRefusal(
  machine: StreamMachine,
  rollup: StoreOperation['rollup'],
): ServerRefusal | undefined {
  const { allowRollup, denyPurge } = machine.settings;
  if (rollup === '') return undefined;
  if (!allowRollup || denyPurge) return apiErrors.rollupNotPermitted;
  return rollup === 'sub' || rollup === 'all' ? undefined : rollupInvalid(rollup);
}

/**
 * Discard new as a store sees it (`StoreMsg`): where the subject is at its own limit, the new message takes the place
 * of its oldest, if that is large enough. 2.9 asks for room for header and payload only.
 */
function storeRefusal(
  machine: StreamMachine,
  { subject, bytes, messageId, headers, payload }: StoreOperation,
): ServerRefusal | undefined {
  const { discard, maxMessages, maxBytes, maxMessagesPerSubject, discardNewPerSubject, storage } =
    machine.settings;
  const { messages, context } = machine;
  if (discard !== 'new') return undefined;
  const tally = machine.memoryTally;
  const count = tally?.countOf(subject) ?? messages.countOf(subject);
  const replaces = maxMessagesPerSubject > 0 && count >= maxMessagesPerSubject;
  if (replaces && discardNewPerSubject) return apiErrors.fullOfSubject;
  const slack = context.mutations.discardNewOffByOne ? 1 : 0;
  if (!replaces && maxMessages > 0 && messages.size >= maxMessages + slack) return apiErrors.fullOfMessages;
  const isOld = context.profile.version === '2.9.10';
  const needed = isOld ? headerBytes(messageId, headers) + payload.length : bytes;
  if (maxBytes <= 0 || messages.bytes + needed < maxBytes) return undefined;
  const first = tally === undefined ? messages.firstOf(subject) : messages.get(tally.firstOf(subject));
  const replaced = replaces ? (first?.bytes ?? 0) : 0;
  const isEnough = storage === 'memory' ? replaced >= needed : replaced > needed;
  return replaces && isEnough ? undefined : apiErrors.fullOfBytes;
}

/** Discard new as a leader sees it before it proposes, with what is under way (jetstream D35). */
export function fullRefusal(
  machine: StreamMachine,
  subject: number,
  bytes: number,
  stagedMessages: number,
  stagedBytes: number,
  stagedOfSubject: number,
): ServerRefusal | undefined {
  const { discard, maxMessages, maxBytes, maxMessagesPerSubject, discardNewPerSubject } = machine.settings;
  const { messages, context } = machine;
  if (discard !== 'new') return undefined;
  const atSubjectLimit =
    maxMessagesPerSubject > 0 && messages.countOf(subject) + stagedOfSubject >= maxMessagesPerSubject;
  const slack = context.mutations.discardNewOffByOne ? 1 : 0;
  if (maxMessages > 0 && messages.size + stagedMessages >= maxMessages + slack)
    return apiErrors.fullOfMessages;
  if (maxBytes > 0 && messages.bytes + stagedBytes + bytes > maxBytes) return apiErrors.fullOfBytes;
  return discardNewPerSubject && atSubjectLimit ? apiErrors.fullOfSubject : undefined;
}
