import type { ConsumerConfig } from '../../system/ports/jetstream.ts';
import { ConsumerState } from './consumer-state.ts';
import type {
  AckOperation,
  DeliveredOperation,
  Operation,
  StoreOperation,
  StreamShape,
} from './operations.ts';
import { MessageStore, type StoredMessage } from './stored-message.ts';
import { subjectMatches, type SubjectTable } from './subjects.ts';

/** What one replica knows after applying a prefix of its group's log. */
export interface Machine {
  /** Sequence of the message stored or found as duplicate (then negative); 0 for operations without one. */
  apply(operation: Operation): number;
  clone(): Machine;
}

interface SeenId {
  readonly sequence: number;
  readonly storedUs: number;
}

/**
 * Stream and consumers of one replica. What it does depends on the log alone, so that replicas agree; only expiry by
 * age follows the replica's own wall clock (jetstream D37), through `expire`.
 */
export class StreamMachine implements Machine {
  readonly shape: StreamShape;
  readonly subjects: SubjectTable;
  readonly messages: MessageStore = new MessageStore();
  readonly consumers = new Map<string, ConsumerState>();
  lastSequence = 0;
  readonly #dedupeAtApply: boolean;
  readonly #ids = new Map<string, SeenId>();
  readonly #byLiteral = new Map<number, ConsumerState[]>();
  #wild: ConsumerState[] = [];

  constructor(shape: StreamShape, subjects: SubjectTable, dedupeAtApply: boolean) {
    this.shape = shape;
    this.subjects = subjects;
    this.#dedupeAtApply = dedupeAtApply;
  }

  apply(operation: Operation): number {
    switch (operation.kind) {
      case 'store':
        return this.#store(operation);
      case 'delivered':
        this.#deliver(operation);
        return 0;
      case 'ack':
        this.#acknowledge(operation);
        return 0;
      case 'redate': {
        const pending = this.consumers.get(operation.durable)?.pending.get(operation.sequence);
        if (pending !== undefined) pending.deliveredUs = operation.deliveredUs;
        return 0;
      }
      case 'exhausted':
        this.consumers.get(operation.durable)?.pending.delete(operation.sequence);
        return 0;
      case 'purge':
        this.#purge();
        return 0;
      case 'consumer':
        this.#upsert(operation.config);
        return 0;
      case 'consumer-removed':
        this.consumers.delete(operation.durable);
        this.#index();
        return 0;
      case 'leadership':
      case 'stream':
      case 'assignment':
        return 0;
    }
  }

  /** Drops what is older than the stream's age limit; no event tells of it (jetstream H70). */
  expire(wallUs: number): void {
    const limitUs = this.shape.maxAgeMs * 1000;
    if (limitUs <= 0) return;
    let first = this.messages.first;
    while (first !== undefined && first.storedUs + limitUs <= wallUs) {
      this.messages.remove(first);
      first = this.messages.first;
    }
  }

  /** Sequence of an earlier message of this id within the duplicate window, or undefined (jetstream D30). */
  duplicateOf(messageId: string, wallUs: number): number | undefined {
    const seen = this.#ids.get(messageId);
    if (seen === undefined || wallUs - seen.storedUs >= this.#windowUs()) return undefined;
    return seen.sequence;
  }

  /**
   * After a restart only ids of messages still stored are known (jetstream D31).
   * Not modelled: the same on servers that judge ids at apply, whose replicas would then disagree.
   */
  rebuildIds(): void {
    if (this.#dedupeAtApply) return;
    this.#ids.clear();
    for (const { messageId, sequence, storedUs } of this.messages) {
      if (messageId !== '') this.#ids.set(messageId, { sequence, storedUs });
    }
  }

  consumersOf(subject: number): readonly ConsumerState[] {
    const literal = this.#byLiteral.get(subject) ?? [];
    if (this.#wild.length === 0) return literal;
    const name = this.subjects.name(subject);
    const wild = this.#wild.filter((state) => state.wildcards.some((filter) => subjectMatches(filter, name)));
    return wild.length === 0 ? literal : [...literal, ...wild.filter((state) => !literal.includes(state))];
  }

  /** First stored message at or after `from` that the consumer's filters match. */
  nextFor(state: ConsumerState, from: number): StoredMessage | undefined {
    if (from > this.lastSequence) return undefined;
    let best: StoredMessage | undefined;
    for (const subject of state.literals) {
      const found = this.#nextOf(subject, from);
      if (found !== undefined && (best === undefined || found.sequence < best.sequence)) best = found;
    }
    if (state.wildcards.length > 0) {
      for (const message of this.messages) {
        if (best !== undefined && message.sequence >= best.sequence) break;
        if (message.sequence >= from && this.#wildMatch(state, message)) return message;
      }
    }
    return best;
  }

  /** Never delivered messages that the filters match: what `num_pending` says. */
  undelivered(state: ConsumerState): number {
    let count = 0;
    for (const message of this.messages) {
      if (message.sequence < state.cursor) continue;
      if (state.literals.includes(message.subject) || this.#wildMatch(state, message)) count++;
    }
    return count;
  }

  clone(): StreamMachine {
    const copy = new StreamMachine(this.shape, this.subjects, this.#dedupeAtApply);
    copy.lastSequence = this.lastSequence;
    for (const message of this.messages) {
      copy.messages.add({
        ...message,
        previous: undefined,
        next: undefined,
        previousOfSubject: undefined,
        nextOfSubject: undefined,
      });
    }
    for (const [id, seen] of this.#ids) copy.#ids.set(id, seen);
    for (const [durable, state] of this.consumers) copy.consumers.set(durable, state.clone(this.subjects));
    copy.#index();
    return copy;
  }

  #store(operation: StoreOperation): number {
    const { messageId, subject, storedUs } = operation;
    if (messageId !== '') {
      if (this.#dedupeAtApply) {
        const sequence = this.duplicateOf(messageId, storedUs);
        if (sequence !== undefined) return -sequence;
      }
      this.#forgetIds(storedUs);
    }
    const sequence = ++this.lastSequence;
    if (messageId !== '') {
      this.#ids.delete(messageId);
      this.#ids.set(messageId, { sequence, storedUs });
    }
    // Nobody is interested: the sequence is used up and nothing is kept (jetstream D36).
    if (this.shape.retention === 'interest' && this.consumersOf(subject).length === 0) return sequence;
    const earlier = this.shape.lastPerSubject ? this.messages.lastOf(subject) : undefined;
    if (earlier !== undefined) this.messages.remove(earlier);
    this.messages.add({
      sequence,
      subject,
      payload: operation.payload,
      messageId,
      storedUs,
      deletes: operation.deletes,
      previous: undefined,
      next: undefined,
      previousOfSubject: undefined,
      nextOfSubject: undefined,
    });
    if (this.shape.discard === 'old' && this.shape.maxMessages > 0) {
      while (this.messages.size > this.shape.maxMessages && this.messages.first !== undefined) {
        this.messages.remove(this.messages.first);
      }
    }
    return sequence;
  }

  #deliver(operation: DeliveredOperation): void {
    const state = this.consumers.get(operation.durable);
    if (state === undefined) return;
    const { sequence, deliveryCount, deliveredUs } = operation;
    const pending = state.pending.get(sequence);
    if (pending === undefined) {
      // A redelivery whose ack was applied in the meantime leaves no trace.
      if (sequence < state.cursor) return;
      state.pending.set(sequence, { deliveredUs, count: deliveryCount });
      state.cursor = sequence + 1;
    } else {
      pending.count = Math.max(deliveryCount, pending.count + 1);
      pending.deliveredUs = deliveredUs;
      state.redelivered++;
    }
  }

  #acknowledge(operation: AckOperation): void {
    const state = this.consumers.get(operation.durable);
    if (state === undefined) return;
    const { sequence } = operation;
    if (!state.pending.delete(sequence)) return;
    const message = this.messages.get(sequence);
    if (message === undefined) return;
    switch (this.shape.retention) {
      case 'limits':
        return;
      case 'workqueue':
        this.messages.remove(message);
        return;
      case 'interest':
        if (this.consumersOf(message.subject).every((other) => other.settled(sequence))) {
          this.messages.remove(message);
        }
        return;
    }
  }

  #purge(): void {
    this.messages.clear();
    for (const state of this.consumers.values()) {
      state.pending.clear();
      state.cursor = Math.max(state.cursor, this.lastSequence + 1);
    }
  }

  #upsert(config: ConsumerConfig): void {
    const state = this.consumers.get(config.durable);
    if (state === undefined) {
      // Deliver all: from the first message that is stored.
      const added = new ConsumerState(config, 1, this.subjects);
      this.consumers.set(config.durable, added);
      this.#indexOne(added);
      return;
    }
    const isSameFilter =
      state.config.filterSubjects.length === config.filterSubjects.length &&
      state.config.filterSubjects.every((filter, index) => filter === config.filterSubjects[index]);
    state.filter(config, this.subjects);
    // Whoever takes a unit over asserts its durable anew; the index of all of them need not be made again for that.
    if (!isSameFilter) this.#index();
  }

  #index(): void {
    this.#byLiteral.clear();
    this.#wild = [];
    for (const state of this.consumers.values()) this.#indexOne(state);
  }

  #indexOne(state: ConsumerState): void {
    for (const subject of state.literals) {
      const states = this.#byLiteral.get(subject);
      if (states === undefined) this.#byLiteral.set(subject, [state]);
      else states.push(state);
    }
    if (state.wildcards.length > 0) this.#wild.push(state);
  }

  #nextOf(subject: number, from: number): StoredMessage | undefined {
    const last = this.messages.lastOf(subject);
    if (last === undefined || last.sequence < from) return undefined;
    const first = this.messages.firstOf(subject);
    if (first !== undefined && first.sequence >= from) return first;
    let found = last;
    while (found.previousOfSubject !== undefined && found.previousOfSubject.sequence >= from) {
      found = found.previousOfSubject;
    }
    return found;
  }

  #wildMatch(state: ConsumerState, message: StoredMessage): boolean {
    if (state.wildcards.length === 0) return false;
    const name = this.subjects.name(message.subject);
    return state.wildcards.some((filter) => subjectMatches(filter, name));
  }

  #forgetIds(wallUs: number): void {
    const windowUs = this.#windowUs();
    for (const [id, seen] of this.#ids) {
      if (wallUs - seen.storedUs < windowUs) return;
      this.#ids.delete(id);
    }
  }

  /** The window is cut to the stream's age limit (jetstream D30). */
  #windowUs(): number {
    const { duplicateWindowMs, maxAgeMs } = this.shape;
    return 1000 * (maxAgeMs > 0 ? Math.min(duplicateWindowMs, maxAgeMs) : duplicateWindowMs);
  }
}

/** The machine of a group that is a stream or a bucket. */
export function streamMachineOf(machine: Machine): StreamMachine {
  if (machine instanceof StreamMachine) return machine;
  throw new TypeError('the meta group has no stream');
}
