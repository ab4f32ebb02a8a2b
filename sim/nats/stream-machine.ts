import type { ServerRefusal } from '../../system/ports/errors.ts';
import type { EffectiveStreamSettings } from '../../system/ports/jetstream-management.ts';
import { wrongLastMessageId } from './api-errors.ts';
import type { Machine } from './machine.ts';
import { MessageIds } from './message-ids.ts';
import { countMatching, lastMatching, lastOfEach, nextMatching } from './message-search.ts';
import { headerNames } from './message-headers.ts';
import type { Mutations } from './mutations.ts';
import type { Operation, StoreOperation, StreamOperation } from './operations.ts';
import type { NatsProfile, UnmodelledDefect } from './profile.ts';
import { MessageStore, type StoredMessage } from './stored-message.ts';
import { judge } from './stream-judgement.ts';
import { makeRoom } from './stream-limits.ts';
import { SubjectFilter } from './subject-filter.ts';
import { SubjectTally } from './subject-tally.ts';
import type { SubjectTable } from './subjects.ts';

/** What all replicas of a stream share. */
export interface StreamContext {
  readonly settings: EffectiveStreamSettings;
  readonly subjects: SubjectTable;
  readonly profile: NatsProfile;
  readonly mutations: Mutations;
  readonly unmodelled: Set<UnmodelledDefect>;
  /** Duplicates and expectations are judged when a message is applied, not when it is proposed (jetstream D28). */
  readonly judgesAtApply: boolean;
  /** Copies to a replica what the leader has behind it, up to a sequence (`processCatchupMsg`). */
  catchUp(machine: StreamMachine, sequence: number): void;
  /** One message is gone from a replica, told of or not. */
  removed(machine: StreamMachine, message: StoredMessage): void;
  removedUnheard(machine: StreamMachine, message: StoredMessage): void;
  /** A purge has taken a message by itself, or of a pattern one message, or many. */
  purgedAlone(machine: StreamMachine, message: StoredMessage): void;
  purgedOne(machine: StreamMachine, message: StoredMessage, pattern: string): void;
  purgedMany(machine: StreamMachine): void;
  /** Some consumer's filter matches. */
  wants(subject: number): boolean;
}

interface Verdict {
  readonly judged: number;
  readonly refusal: ServerRefusal | undefined;
}

/**
 * One replica of a stream. What it does depends on the log alone, so that replicas agree; only expiry follows the
 * replica's own wall clock (jetstream D37), through `expire`.
 */
export class StreamMachine implements Machine {
  readonly context: StreamContext;
  readonly messages: MessageStore = new MessageStore();
  lastSequence = 0;
  /** Why the last applied message was not stored. */
  refusal: ServerRefusal | undefined;
  lastMessageId = '';
  /**
   * What the expected last sequence is compared with: a purge beyond the end leaves it where it was until the next
   * message, under 2.9.
   */
  expectedLast = 0;
  /** It held a message or was purged as a whole: until then it begins nowhere. */
  begun = false;
  /** Messages refused when they were applied: they have a place in the log and no sequence (jetstream D28). */
  refused = 0;
  readonly #ids: MessageIds = new MessageIds();
  /** Messages with a life of their own. */
  #timed: StoredMessage[] = [];
  /** Wanted by no consumer when they were first applied, for all replicas to agree on. */
  static readonly #unwanted = new WeakSet<StoreOperation>();
  static readonly #wanted = new WeakSet<StoreOperation>();
  static readonly #verdicts = new WeakMap<StoreOperation, Verdict>();

  /** It was seen to have other messages than its leader reckons (jetstream R1): what it judges holds for itself alone. */
  #hasDiverged = false;
  /** What the store itself believes of its subjects, where that errs. */
  #tally: SubjectTally | undefined;

  constructor(context: StreamContext) {
    this.context = context;
    if (!context.profile.multiFilter) this.#tally = new SubjectTally();
  }

  /** What memory storage believes of its subjects, where that errs. */
  get memoryTally(): SubjectTally | undefined {
    return this.settings.storage === 'memory' ? this.#tally : undefined;
  }

  /** Subjects as info tells them. */
  get subjectCount(): number {
    return this.memoryTally?.subjectCount ?? this.messages.subjectCount;
  }

  get settings(): EffectiveStreamSettings {
    return this.context.settings;
  }

  /** First sequence that is or could be there. */
  get first(): number {
    return this.messages.first?.sequence ?? this.lastSequence + 1;
  }

  apply(operation: Operation): number {
    switch (operation.kind) {
      case 'store':
        return this.#store(operation);
      case 'purge':
        return this.#purge(operation);
      case 'delete': {
        const message = this.messages.get(operation.sequence);
        if (message === undefined) return 0;
        if (operation.isRelease) {
          this.#tally?.removed(message);
          this.messages.remove(message, true);
          if (!this.context.profile.multiFilter) this.context.removed(this, message);
        } else this.drop(message);
        return 1;
      }
      case 'delivered':
      case 'acked':
      case 'skipped':
      case 'pull-added':
      case 'pull-removed':
      case 'assign':
      case 'leadership':
        return 0;
    }
  }

  /** Drops what is older than the stream's age limit or its own (jetstream D37, D38); no event tells of it (H70). */
  expire(wallUs: number): void {
    if (this.#timed.length > 0) {
      for (const message of this.#timed) {
        if (message.expiresUs <= wallUs) this.drop(message);
      }
      this.#timed = this.#timed.filter(({ expiresUs }) => expiresUs > wallUs);
    }
    const limitUs = this.settings.maxAgeMs * 1000;
    if (limitUs <= 0 || this.context.mutations.ageNeverExpires) return;
    let message = this.messages.first;
    while (message !== undefined && message.storedUs + limitUs <= wallUs) {
      const { next } = message;
      if (message.expiresUs === 0) this.drop(message);
      message = next;
    }
  }

  /** The next message that time will remove, and when: for leaders that leave markers. */
  nextExpiry(): { readonly message: StoredMessage; readonly atUs: number } | undefined {
    let best: { message: StoredMessage; atUs: number } | undefined;
    for (const message of this.#timed) {
      if (best === undefined || message.expiresUs < best.atUs) best = { message, atUs: message.expiresUs };
    }
    const limitUs = this.settings.maxAgeMs * 1000;
    let message = limitUs > 0 ? this.messages.first : undefined;
    while (message !== undefined && message.expiresUs !== 0) message = message.next;
    if (message !== undefined && (best === undefined || message.storedUs + limitUs < best.atUs)) {
      best = { message, atUs: message.storedUs + limitUs };
    }
    return best;
  }

  /** Messages stored since a moment are gone, and nobody knows (fault D6). */
  loseSince(storedUs: number): number {
    let lost = 0;
    while (this.messages.last !== undefined && this.messages.last.storedUs > storedUs) {
      this.messages.remove(this.messages.last);
      lost++;
    }
    return lost;
  }

  /** Nobody is interested any more: it is purged where it stands. */
  forgetMessages(): void {
    this.messages.clear();
    this.begun = true;
  }

  /** Even its sequences are forgotten (fault D9). */
  forgetAll(): void {
    this.messages.clear();
    this.lastSequence = 0;
    this.expectedLast = 0;
  }

  /** An id is known from its proposal on, with no sequence yet (fault R12). */
  stageId(messageId: string, storedUs: number): void {
    this.#ids.set(messageId, 0, storedUs);
  }

  /** Sequence of an earlier message of this id within the duplicate window, or undefined (jetstream D30). */
  duplicateOf(messageId: string, wallUs: number): number | undefined {
    const { mutations } = this.context;
    const windowUs = this.#windowUs() - (mutations.dedupWindowShort ? 1_000_000 : 0);
    const sequence = this.#ids.within(mutations.dedupIgnoresWindow ? Infinity : windowUs, messageId, wallUs);
    return sequence !== undefined && mutations.duplicateAnswersNewSequence ? this.lastSequence : sequence;
  }

  /**
   * After a restart only ids of messages still stored are known (jetstream D31).
   * Not modelled: the same on servers that judge ids at apply, whose replicas would then disagree.
   */
  rebuildIds(): void {
    if (this.context.judgesAtApply) return;
    this.#ids.rebuild(this.messages);
  }

  /** First stored message at or after `from` that the filter matches. */
  nextFor(filter: SubjectFilter, from: number): StoredMessage | undefined {
    return from > this.lastSequence ? undefined : nextMatching(this.messages, filter, from);
  }

  /** The last stored message that the filter matches. */
  lastFor(filter: SubjectFilter): StoredMessage | undefined {
    return lastMatching(this.messages, filter, (subject) => this.#lastOf(subject));
  }

  /** The last messages of all subjects that match, in the order of the stream. */
  lastPerSubject(filter: SubjectFilter): StoredMessage[] {
    return lastOfEach(this.messages, filter);
  }

  /** Stored messages from a sequence on that the filter matches. */
  countFrom(filter: SubjectFilter, from: number): number {
    return countMatching(this.messages, filter, from);
  }

  isAlike(other: Machine): boolean {
    return (
      other instanceof StreamMachine &&
      other.lastSequence === this.lastSequence &&
      other.refused === this.refused &&
      !this.#hasDiverged
    );
  }

  clone(): StreamMachine {
    const copy = new StreamMachine(this.context);
    copy.lastSequence = this.lastSequence;
    copy.lastMessageId = this.lastMessageId;
    copy.begun = this.begun;
    copy.#tally = this.#tally?.clone();
    copy.expectedLast = this.expectedLast;
    copy.refused = this.refused;
    for (const message of this.messages) {
      const added = {
        ...message,
        previous: undefined,
        next: undefined,
        previousOfSubject: undefined,
        nextOfSubject: undefined,
      };
      copy.messages.add(added);
      if (added.expiresUs > 0) copy.#timed.push(added);
    }
    this.#ids.copyTo(copy.#ids);
    return copy;
  }

  #store(operation: StoreOperation): number {
    const { messageId, subject, storedUs, ttlUs } = operation;
    const { context, messages } = this;
    this.refusal = undefined;
    if (context.judgesAtApply) {
      if (operation.place >= 0 && !this.#hasComeTo(operation.place)) return 0;
      this.expire(storedUs);
      const judged = this.#verdict(operation);
      if (judged !== 0) {
        this.refused++;
        return judged < 0 ? judged : 0;
      }
    } else if (operation.expectations !== undefined) {
      const { lastMessageId } = operation.expectations;
      if (lastMessageId !== '' && lastMessageId !== this.lastMessageId) {
        this.refusal = wrongLastMessageId(this.lastMessageId);
        return 0;
      }
    }
    if (messageId !== '') this.#forgetIds(storedUs);
    const sequence = ++this.lastSequence;
    // An old server counts up by itself, and looks at the sequence only where nothing is kept.
    this.expectedLast = context.profile.multiFilter ? sequence : this.expectedLast + 1;
    this.lastMessageId = messageId;
    if (messageId !== '') {
      const isForgotten = !context.profile.multiFilter && this.settings.retention === 'interest';
      // 2.9 remembers no sequence of what nobody wanted.
      const known = isForgotten && !this.#isWanted(operation) ? 0 : sequence;
      this.#ids.renew(messageId, known, storedUs);
    }
    // Nobody is interested: the sequence is used up and nothing is kept (jetstream D36), not even what a rollup would.
    if (!this.stores(operation)) {
      this.expectedLast = sequence;
      if (context.profile.multiFilter) this.#rollUp(operation, 0);
      return sequence;
    }
    const message: StoredMessage = {
      sequence,
      subject,
      payload: operation.payload,
      messageId,
      headers: operation.headers,
      bytes: operation.bytes,
      storedUs,
      expiresUs: ttlUs > 0 ? storedUs + ttlUs : ttlUs,
      previous: undefined,
      next: undefined,
      previousOfSubject: undefined,
      nextOfSubject: undefined,
    };
    messages.add(message);
    this.#tally?.stored(message);
    if (message.expiresUs > 0) this.#timed.push(message);
    makeRoom(this, subject);
    this.#rollUp(operation, context.mutations.rollupKeepsOlder && operation.rollup === 'sub' ? 2 : 1);
    return sequence;
  }

  /** Removes one message, and tells who wants to hear of it. */
  drop(message: StoredMessage): void {
    this.#tally?.removed(message);
    this.messages.remove(message);
    this.context.removed(this, message);
  }

  /** Removes one message and tells nobody: deliveries of it stay pending. */
  dropUnheard(message: StoredMessage): void {
    this.#tally?.removed(message);
    this.messages.remove(message);
    this.context.removedUnheard(this, message);
  }

  /**
   * False: this replica has more than the leader reckons, and skips the message (jetstream R1). A replica with less
   * takes what it has not got from the leader first.
   */
  #hasComeTo(place: number): boolean {
    const missing = place - this.refused - this.lastSequence;
    if (missing < 0) {
      this.#hasDiverged = true;
      return false;
    }
    if (missing > 0) this.context.catchUp(this, this.lastSequence + missing);
    return true;
  }

  /** Takes a message as another replica has it. */
  copy(message: StoredMessage): void {
    const added = {
      ...message,
      previous: undefined,
      next: undefined,
      previousOfSubject: undefined,
      nextOfSubject: undefined,
    };
    this.messages.add(added);
    this.#tally?.stored(added);
  }

  /**
   * The first replica to apply it decides for all: what has expired differs by the moment of looking, and a difference
   * that no fault has made would be one too many.
   */
  #verdict(operation: StoreOperation): number {
    if (this.#hasDiverged) return judge(this, operation);
    const known = StreamMachine.#verdicts.get(operation);
    if (known !== undefined) {
      this.refusal = known.refusal;
      return known.judged;
    }
    const judged = judge(this, operation);
    StreamMachine.#verdicts.set(operation, { judged, refusal: this.refusal });
    return judged;
  }

  /** Last sequence of a subject, or of those that a pattern matches; 0: none (jetstream D34). */
  lastOf(subject: number, pattern: string): number {
    const last =
      pattern === ''
        ? this.#lastOf(subject)
        : this.lastFor(new SubjectFilter([pattern], this.context.subjects));
    const isMarker = last?.headers?.[headerNames.operation] !== undefined;
    return last === undefined || (isMarker && this.context.mutations.createIgnoresTombstone)
      ? 0
      : last.sequence;
  }

  /** The rollup of a message that is stored, or used up. */
  #rollUp({ subject, rollup }: StoreOperation, keep: number): void {
    if (rollup === '') return;
    const pattern = rollup === 'sub' ? this.context.subjects.name(subject) : '';
    this.#purge({ subject: pattern, belowSequence: 0, keep });
  }

  /** How many it took (`PurgeEx`). */
  #purge({
    subject,
    belowSequence,
    keep,
  }: Pick<Extract<StreamOperation, { kind: 'purge' }>, 'subject' | 'belowSequence' | 'keep'>): number {
    const { messages, context } = this;
    const before = messages.size;
    const isOld = !context.profile.multiFilter;
    const compactsTo =
      belowSequence > 0 ? belowSequence : isOld && keep < before ? this.lastSequence - keep + 1 : 0;
    if (subject === '' && keep === 0 && (belowSequence === 0 || (belowSequence === 1 && isOld))) {
      messages.clear();
      this.#tally?.clear();
      // The log of a replicated stream of 2.12 says up to which sequence, and nothing where there is none and nobody has said it.
      if (this.settings.replicas === 1 || belowSequence === 1 || isOld) this.begun = true;
      if (context.mutations.purgeResetsSequence) this.expectedLast = this.lastSequence = 0;
    } else if (subject === '' && belowSequence > this.lastSequence) {
      // All of what there is and more: the stream goes on behind it (`Compact`).
      messages.clear();
      if (this.settings.storage === 'file') this.#tally?.clear();
      this.lastSequence = belowSequence - 1;
      if (context.profile.multiFilter) this.expectedLast = this.lastSequence;
    } else if (subject === '' && (belowSequence > 0 || isOld)) {
      // An old server keeps so many sequences, not messages; in memory the first to be kept has to be there.
      const isMissing = compactsTo > 0 && messages.get(compactsTo) === undefined;
      if (isMissing && isOld && this.settings.storage === 'memory') return -1;
      if (isMissing && isOld && this.#hasGapBefore(compactsTo)) context.unmodelled.add('purge-revives');
      this.#removeBelow(compactsTo);
    } else {
      return this.#purgeMatching(subject, belowSequence === 1 && isOld ? 0 : belowSequence, keep);
    }
    if (messages.size < before) context.purgedMany(this);
    return before - messages.size;
  }

  #hasGapBefore(sequence: number): boolean {
    const { first } = this.messages;
    if (first === undefined || first.sequence >= sequence) return false;
    let count = 0;
    for (const message of this.messages) if (message.sequence < sequence) count++;
    return count < sequence - first.sequence;
  }

  #removeBelow(sequence: number): void {
    const { messages } = this;
    const isFile = this.settings.storage === 'file';
    while (messages.first !== undefined && messages.first.sequence < sequence) {
      if (isFile) this.#tally?.removed(messages.first);
      messages.remove(messages.first);
    }
    if (isFile) this.#tally?.compacted(messages);
  }

  /** In memory each message is removed by itself; a file is told of one, or that there were many. */
  #purgeMatching(subject: string, belowSequence: number, keep: number): number {
    const { messages, context, settings } = this;
    const filter = new SubjectFilter(subject === '' ? [] : [subject], context.subjects);
    let matching = 0;
    for (const message of messages) if (filter.matches(message.subject)) matching++;
    const kept = keep > 0 ? keep + (context.mutations.purgeKeepsOneMore ? 1 : 0) : 0;
    const removed: StoredMessage[] = [];
    for (const message of messages) {
      if (removed.length >= matching - kept || (belowSequence > 0 && message.sequence >= belowSequence))
        break;
      if (filter.matches(message.subject)) removed.push(message);
    }
    const isOneByOne = settings.storage === 'memory';
    for (const message of removed) {
      if (isOneByOne) {
        this.drop(message);
        context.purgedAlone(this, message);
      } else {
        this.#tally?.removed(message);
        messages.remove(message);
      }
    }
    const [only] = removed;
    if (isOneByOne || only === undefined) return removed.length;
    if (removed.length > 1 || !context.profile.multiFilter) context.purgedMany(this);
    else context.purgedOne(this, only, subject === '' ? '>' : subject);
    return removed.length;
  }

  /** False: it uses up a sequence, since nobody is interested (jetstream D36). */
  stores(operation: StoreOperation): boolean {
    return this.settings.retention !== 'interest' || this.#isWanted(operation);
  }

  /** Some consumer wanted it when it was first applied. */
  #isWanted(operation: StoreOperation): boolean {
    if (this.context.mutations.interestStoresAlways || StreamMachine.#wanted.has(operation)) return true;
    if (StreamMachine.#unwanted.has(operation)) return false;
    const wanted = this.context.wants(operation.subject);
    (wanted ? StreamMachine.#wanted : StreamMachine.#unwanted).add(operation);
    return wanted;
  }

  /** A file of 2.9 finds none where the last of a subject was removed by itself. */
  #lastOf(subject: number): StoredMessage | undefined {
    if (this.#tally === undefined || this.settings.storage === 'memory') return this.messages.lastOf(subject);
    return this.messages.get(this.#tally.lastOf(subject));
  }

  #forgetIds(wallUs: number): void {
    if (this.context.mutations.dedupIgnoresWindow) return;
    this.#ids.expire(this.#windowUs(), wallUs);
  }

  #windowUs(): number {
    return 1000 * this.settings.duplicateWindowMs;
  }
}

/** The machine of a group that is a stream or a bucket. */
export function streamMachineOf(machine: Machine): StreamMachine {
  if (machine instanceof StreamMachine) return machine;
  throw new TypeError('the group is no stream');
}
