import type { FaultRecord, HeldMessage } from './fault-record.ts';
import { faultConsumers } from './fault-plan.ts';

/** A rule that a run under faults broke, with what broke it. */
export interface Violation {
  readonly rule: FaultRule;
  readonly cases: readonly string[];
}

/**
 * What must hold in every world after the last fault (jetstream §3, T15–T28 as sets). `recovered`, `delivered`,
 * `drained` and `watched` are promises of liveness, the others of safety.
 */
export type FaultRule =
  /** Something is acknowledged again. */
  | 'recovered'
  /** Every acknowledged message is in every replica, at the sequence that was told. */
  | 'stored'
  /** No message id is stored twice. */
  | 'once'
  /** Replicas hold the same. */
  | 'equal'
  /** Everything stored is delivered to every consumer that takes it. */
  | 'delivered'
  /** What is delivered is what is stored there. */
  | 'genuine'
  /** What the server confirmed as acknowledged or terminated does not come again (jetstream F54). */
  | 'settled'
  /** In the end nothing is pending or unacknowledged. */
  | 'drained'
  /** Every acknowledged value is in every replica at its revision, no value twice. */
  | 'written'
  /** An acknowledged compare-and-set followed the revision that it was compared with (jetstream D34). */
  | 'compared'
  /** Reads and watches give what is stored at that revision. */
  | 'read'
  /** Each watch ends with the last revision of every key. */
  | 'watched';

export interface Ending {
  readonly recovered: boolean;
  readonly replicas: readonly (readonly HeldMessage[])[];
  readonly bucketReplicas: readonly (readonly HeldMessage[])[];
  /** By consumer: messages that match and were not delivered, and that were not acknowledged; NaN: not known. */
  readonly left: readonly { readonly pending: number; readonly unacked: number }[];
}

export function violations(record: FaultRecord, ending: Ending): readonly Violation[] {
  const found = new Map<FaultRule, string[]>();
  const broken = (rule: FaultRule, what: string): void => {
    found.set(rule, [...(found.get(rule) ?? []), what]);
  };
  if (!ending.recovered) broken('recovered', 'no publish was acknowledged');
  judgeStored(record, ending, broken);
  judgeDelivered(record, ending, broken);
  judgeBucket(record, ending, broken);
  return [...found].map(([rule, cases]) => ({ rule, cases }));
}

type Broken = (rule: FaultRule, what: string) => void;

function judgeStored(record: FaultRecord, { replicas }: Ending, broken: Broken): void {
  for (const [server, held] of replicas.entries()) {
    const bySequence = new Map(held.map(({ sequence, messageId }) => [sequence, messageId]));
    for (const [messageId, sequences] of record.published) {
      for (const sequence of sequences)
        if (bySequence.get(sequence) !== messageId)
          broken('stored', `${messageId} at ${sequence} (${server})`);
    }
    for (const [messageId, times] of Map.groupBy(held, (message) => message.messageId)) {
      if (times.length > 1) broken('once', `${messageId} (${server})`);
    }
  }
  if (differ(replicas)) broken('equal', 'stream');
}

function judgeDelivered(record: FaultRecord, { replicas, left }: Ending, broken: Broken): void {
  const [held = []] = replicas;
  const bySequence = new Map(held.map((message) => [message.sequence, message]));
  for (const [consumer, tail] of faultConsumers.entries()) {
    const own = record.deliveries.filter((delivery) => delivery.consumer === consumer);
    const delivered = new Set(own.map(({ messageId }) => messageId));
    for (const { subject, messageId } of held) {
      const isTaken = tail === '>' || subject.endsWith(`.${tail}`);
      if (isTaken && !delivered.has(messageId)) broken('delivered', `${messageId} to c${consumer}`);
    }
    for (const { sequence, messageId } of own) {
      if (bySequence.get(sequence)?.messageId !== messageId)
        broken('genuine', `${messageId} at ${sequence} to c${consumer}`);
    }
    const remains = left[consumer];
    if (remains === undefined || remains.pending !== 0 || remains.unacked !== 0)
      broken('drained', `c${consumer}: ${remains?.pending} pending, ${remains?.unacked} unacknowledged`);
  }
  const settledMs = new Map(
    record.settled.map(({ consumer, sequence, atMs }) => [`${consumer} ${sequence}`, atMs]),
  );
  for (const { consumer, sequence, atMs, count } of record.deliveries) {
    if (atMs > (settledMs.get(`${consumer} ${sequence}`) ?? Infinity))
      broken('settled', `${sequence} to c${consumer}, delivery ${count}`);
  }
}

function judgeBucket(record: FaultRecord, { bucketReplicas }: Ending, broken: Broken): void {
  if (differ(bucketReplicas)) broken('equal', 'bucket');
  for (const [server, held] of bucketReplicas.entries()) {
    const byRevision = new Map(held.map((message) => [message.sequence, message]));
    const previous = previousOfKey(held);
    for (const { key, value, expected, revision, word } of record.writes) {
      if (word !== 'ok' || revision === 0) continue;
      if (byRevision.get(revision)?.value !== value)
        broken('written', `${key}=${value} at ${revision} (${server})`);
      if (expected === undefined) continue;
      const before = previous.get(revision);
      const isFree = before === undefined || (expected === 0 && before.value === '');
      if (expected === 0 ? !isFree : before?.sequence !== expected)
        broken('compared', `${key}=${value} at ${revision} expected ${expected} (${server})`);
    }
    for (const [value, times] of Map.groupBy(held, (message) => message.value)) {
      if (value !== '' && times.length > 1) broken('written', `${value} twice (${server})`);
    }
  }
  const [held = []] = bucketReplicas;
  const byRevision = new Map(held.map((message) => [message.sequence, message]));
  for (const { key, revision, value } of [...record.read, ...record.watched.flat()]) {
    const stored = byRevision.get(revision);
    if (stored?.value !== value || !stored.subject.endsWith(`.${key}`))
      broken('read', `${key}=${value} at ${revision}`);
  }
  const last = lastRevisions(held);
  for (const [watch, entries] of record.watched.entries()) {
    const seen = lastSeen(entries);
    for (const [key, revision] of last)
      if (seen.get(key) !== revision)
        broken('watched', `${key} at ${seen.get(key) ?? 0}, not ${revision} (${watch})`);
  }
}

/** The message of the same subject before the one at a sequence. */
function previousOfKey(held: readonly HeldMessage[]): ReadonlyMap<number, HeldMessage> {
  const last = new Map<string, HeldMessage>();
  const previous = new Map<number, HeldMessage>();
  for (const message of held) {
    const before = last.get(message.subject);
    if (before !== undefined) previous.set(message.sequence, before);
    last.set(message.subject, message);
  }
  return previous;
}

/** By key. */
export function lastRevisions(held: readonly HeldMessage[]): ReadonlyMap<string, number> {
  return new Map(held.map(({ subject, sequence }) => [subject.split('.').at(-1) ?? '', sequence]));
}

export function lastSeen(
  entries: readonly { readonly key: string; readonly revision: number }[],
): ReadonlyMap<string, number> {
  return new Map(entries.map(({ key, revision }) => [key, revision]));
}

function differ(replicas: readonly (readonly HeldMessage[])[]): boolean {
  return (
    new Set(
      replicas.map((held) =>
        held.map(({ sequence, messageId, value }) => `${sequence} ${messageId} ${value}`).join('; '),
      ),
    ).size > 1
  );
}
