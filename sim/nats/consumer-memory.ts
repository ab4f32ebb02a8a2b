import type { EffectiveConsumerSettings } from '../../system/ports/jetstream-management.ts';
import { lowestAbove, type ConsumerRecord, type PendingDelivery } from './consumer-record.ts';
import type { StreamMachine } from './stream-machine.ts';
import type { StoredMessage } from './stored-message.ts';
import type { ConsumerAsset } from './stream-asset.ts';

/** A delivery that waits for its acknowledgement. */
export interface HeldDelivery extends PendingDelivery {
  /** Of the message; −1 where an earlier leader delivered it and it is gone. */
  readonly subject: number;
  /** The message is gone, and the stream told this consumer nothing: it has another filter by now. */
  isLost: boolean;
}

/** The last messages of their subjects, to be delivered before the cursor goes on behind them. */
interface SkipList {
  readonly resumeAfter: number;
  readonly sequences: number[];
}

/**
 * What a consumer's leader has in memory: cursor, pending deliveries and the queue of redeliveries. It runs ahead of
 * the replicated record, and is made from that by the next leader (jetstream F45, F56). Times are simulated time.
 */
export class ConsumerMemory {
  readonly #asset: ConsumerAsset;
  /** Sequence of the next delivery. */
  nextConsumer = 1;
  /** First stream sequence that was not looked at: the one cursor (jetstream F46). */
  nextStream = 1;
  floorConsumer = 0;
  floorStream = 0;
  #floorBegan = 0;
  readonly pending = new Map<number, HeldDelivery>();
  /** By stream sequence: deliveries after the first. */
  readonly redelivered = new Map<number, number>();
  /** Sequences to deliver again, before anything new (jetstream F48). */
  again: number[] = [];
  #skipList: SkipList | undefined;
  /** What was looked at last came from that list. */
  #isListed = false;

  constructor(asset: ConsumerAsset) {
    this.#asset = asset;
  }

  restore(record: ConsumerRecord, stream: StreamMachine, nowUs: number, wallUs: number): void {
    this.nextConsumer = record.deliveredConsumer + 1;
    this.nextStream = record.deliveredStream + 1;
    this.floorConsumer = record.floorConsumer;
    this.floorStream = record.floorStream;
    for (const [sequence, { consumerSequence, deliveredUs }] of record.pending) {
      this.pending.set(sequence, {
        consumerSequence,
        deliveredUs: nowUs - (wallUs - deliveredUs),
        subject: stream.messages.get(sequence)?.subject ?? -1,
        isLost: false,
      });
    }
    for (const [sequence, count] of record.redelivered) this.redelivered.set(sequence, count);
  }

  /** Where a new consumer starts (`selectStartingSeqNo`). */
  begin(stream: StreamMachine): void {
    const { settings, filter, stream: asset } = this.#asset;
    const { mutations } = asset;
    const { deliver } = settings;
    const last = stream.lastSequence;
    let from = stream.first;
    switch (deliver.kind) {
      case 'all':
        break;
      case 'last':
        if (!mutations.deliverLastFromFirst)
          from = filter.all ? last : (stream.lastFor(filter)?.sequence ?? 0);
        break;
      case 'last-per-subject':
        if (stream.settings.maxMessagesPerSubject === 1 && this.#asset.profile.multiFilter) break;
        this.#skipList = {
          resumeAfter: last,
          sequences: stream.lastPerSubject(filter).map(({ sequence }) => sequence),
        };
        from = this.#skipList.sequences[0] ?? last;
        // Nothing is to be skipped where there is none, or none but the end of the stream.
        if (from === last) this.#skipList = undefined;
        break;
      case 'new':
        if (!mutations.deliverNewFromFirst) from = last + 1;
        break;
      case 'by-start-sequence':
        from = deliver.sequence;
        break;
      case 'by-start-time': {
        let message = stream.messages.first;
        while (message !== undefined && message.storedUs < deliver.timeMs * 1000) message = message.next;
        from = message?.sequence ?? last + 1;
        break;
      }
    }
    const isOld = this.#asset.profile.version === '2.9.10';
    if (deliver.kind !== 'by-start-sequence' || isOld) from = last === 0 ? 1 : Math.min(from, last + 1);
    this.nextStream = Math.max(from, last === 0 ? 1 : stream.first);
    // Its record says 0 until something is acknowledged, which is what a leader of 2.9 and one without a group go by.
    this.floorStream = isOld || this.#asset.isAlone ? 0 : this.nextStream - 1;
    this.#floorBegan = this.floorStream;
  }

  /** It is not where the consumer began. */
  get hasMovedFloor(): boolean {
    return this.floorStream > this.#floorBegan;
  }

  get #capacity(): number {
    const { settings, stream } = this.#asset;
    if (settings.ack === 'none' || settings.maxAckPending <= 0) return Infinity;
    return settings.maxAckPending + (stream.mutations.maxAckPendingOneMore ? 1 : 0);
  }

  isFull(settings: EffectiveConsumerSettings): boolean {
    return settings.ack !== 'none' && this.pending.size >= this.#capacity;
  }

  nextAgain(): number | undefined {
    if (this.#asset.stream.mutations.redeliveriesCountAsPending && this.pending.size >= this.#capacity) {
      return undefined;
    }
    return this.again[0];
  }

  /** `gone`: it was to be a last message of its subject, and is not there any more. */
  nextNew(stream: StreamMachine): StoredMessage | 'gone' | undefined {
    const { profile, filter } = this.#asset;
    this.#isListed = this.#skipList !== undefined;
    if (this.#skipList === undefined) return stream.nextFor(filter, this.nextStream);
    const sequence = this.#skipList.sequences[0] ?? 0;
    if (!profile.multiFilter) {
      // An old server takes it off the list by looking, takes the next one where it is gone, and comes by that once more.
      const next = stream.nextFor(filter, sequence);
      this.#advanceSkipList(next?.sequence ?? stream.lastSequence);
      return next;
    }
    const message = stream.messages.get(sequence);
    if (message !== undefined) return message;
    this.#advanceSkipList(sequence);
    // A newer server looks no further for now (`errDeletedMsg`).
    return 'gone';
  }

  /** Nothing more may be pending. An old server has taken a last message off its list before it sees that. */
  stall(): void {
    if (!this.#asset.profile.multiFilter) this.#advanceSkipList(0);
  }

  /** Nothing up to the end of the stream is for this consumer. True: the others must hear of it. */
  passOver(lastSequence: number): boolean {
    const jumps = this.#skipList === undefined && lastSequence > this.nextStream;
    if (this.#skipList === undefined && lastSequence >= this.nextStream) this.nextStream = lastSequence + 1;
    return jumps;
  }

  /** Takes note of a delivery. */
  delivering(
    { sequence, subject }: StoredMessage,
    again: boolean,
    nowUs: number,
  ): { readonly deliveryCount: number; readonly consumerSequence: number } {
    const consumerSequence = this.nextConsumer++;
    const isTracked = this.#asset.settings.ack !== 'none';
    if (again) {
      this.again.shift();
      this.redelivered.set(sequence, (this.redelivered.get(sequence) ?? 0) + 1);
      const pending = this.pending.get(sequence);
      if (pending !== undefined) pending.deliveredUs = nowUs;
      // Only servers of 2.9 deliver again what is not pending.
      else if (isTracked)
        this.pending.set(sequence, { consumerSequence, deliveredUs: nowUs, subject, isLost: false });
      return { deliveryCount: this.countOf(sequence), consumerSequence };
    }
    if (!this.#isListed) this.nextStream = sequence + 1;
    else if (this.#asset.profile.multiFilter) this.#advanceSkipList(sequence);
    const earlier = this.pending.get(sequence);
    if (earlier !== undefined) {
      earlier.deliveredUs = nowUs;
    } else if (isTracked) {
      this.pending.set(sequence, { consumerSequence, deliveredUs: nowUs, subject, isLost: false });
    } else {
      this.floorConsumer = consumerSequence;
      this.floorStream = sequence;
    }
    return { deliveryCount: 1, consumerSequence };
  }

  /**
   * Nobody was there to take a new message: it is the next, and what was looked at before it is not looked at again. From the
   * list of last messages it is off by then: a newer server finds it again only behind that list's last one, or as a
   * redelivery (false), and an old one goes one back, wherever it is.
   */
  giveBack(sequence: number): boolean {
    if (!this.#isListed) {
      this.nextStream = Math.max(this.nextStream, sequence);
      return true;
    }
    if (!this.#asset.profile.multiFilter) {
      this.nextStream--;
      return true;
    }
    this.#advanceSkipList(sequence);
    if (sequence === this.nextStream - 1) {
      this.nextStream--;
      return true;
    }
    this.redelivered.set(sequence, (this.redelivered.get(sequence) ?? 0) - 1);
    this.again.push(sequence);
    return false;
  }

  /** It is due as a redelivery and was never delivered. */
  isGivenBack(sequence: number): boolean {
    return (this.redelivered.get(sequence) ?? 0) < 0;
  }

  /** Nobody was there to take a redelivery. An old server forgets that it was due, and goes one back instead. */
  turnBack(sequence: number, isOld: boolean): void {
    this.again.shift();
    this.redelivered.set(sequence, (this.redelivered.get(sequence) ?? 0) + (isOld ? 1 : 0));
    if (isOld) this.nextStream--;
    else this.again.push(sequence);
  }

  /** One message is done with. Returns the delivery that its acknowledgement is of. */
  settle(sequence: number, consumerSequence: number): number {
    const pending = this.pending.get(sequence);
    let first = consumerSequence;
    if (pending !== undefined) {
      first = pending.consumerSequence;
      this.pending.delete(sequence);
    }
    // Servers of 2.9 move the floor for what was not pending, too.
    if (pending !== undefined || !this.#asset.profile.multiFilter) this.#moveFloor(first, sequence);
    this.redelivered.delete(sequence);
    this.forgetAgain(sequence);
    return first;
  }

  /** All up to this one are done with. Undefined: they were. */
  /**
   * The first that an acknowledgement of all up to a sequence frees, where one replica of 2.12 acknowledges by itself: it
   * goes by what is pending. Asked before `settleUpTo`.
   */
  freedFrom(sequence: number): number {
    const gap = sequence - this.floorStream;
    if (gap <= 1) return sequence;
    let lowest = sequence;
    let isPendingBeyond = false;
    for (const other of this.pending.keys()) {
      if (other > sequence) isPendingBeyond = true;
      else lowest = Math.min(lowest, other);
    }
    return isPendingBeyond && gap <= this.pending.size ? this.floorStream + 1 : lowest;
  }

  settleUpTo(sequence: number, consumerSequence: number): number | undefined {
    if (consumerSequence <= this.floorConsumer || sequence <= this.floorStream) return undefined;
    if (!this.#asset.profile.multiFilter) this.#forgetUpTo(sequence);
    this.floorConsumer = consumerSequence;
    this.floorStream = sequence;
    for (const other of this.pending.keys()) {
      if (other > sequence) continue;
      this.pending.delete(other);
      this.redelivered.delete(other);
      this.forgetAgain(other);
    }
    return consumerSequence;
  }

  /** Servers of 2.9 go through all sequences from the floor on, not only through what is pending. */
  #forgetUpTo(sequence: number): void {
    const { floorStream } = this;
    this.again = this.again.filter((other) => other > sequence || other <= floorStream);
    for (const other of this.redelivered.keys()) {
      if (other <= sequence && other > floorStream) this.redelivered.delete(other);
    }
  }

  queueAgain(sequence: number): void {
    if (this.pending.has(sequence) && !this.again.includes(sequence)) this.again.push(sequence);
  }

  /** Whatever it is: servers of 2.9 do not ask while nothing is pending. */
  queueAnything(sequence: number): void {
    if (!this.again.includes(sequence)) this.again.push(sequence);
  }

  /** The front of the redelivery queue is gone from the stream; servers of 2.9 count it as delivered. */
  countGone(sequence: number): void {
    this.forgetAgain(sequence);
    this.redelivered.set(sequence, (this.redelivered.get(sequence) ?? 0) + 1);
  }

  /** It is still to be delivered or acknowledged (`needAck`). */
  needs(sequence: number, settings: EffectiveConsumerSettings): boolean {
    if (this.#asset.profile.multiFilter && this.redelivered.has(sequence)) return true;
    if (sequence <= this.floorStream) return false;
    return settings.ack !== 'explicit' || sequence >= this.nextStream || this.pending.has(sequence);
  }

  forgetAgain(sequence: number): void {
    const place = this.again.indexOf(sequence);
    if (place >= 0) this.again.splice(place, 1);
  }

  /** How often a message was delivered. */
  countOf(sequence: number): number {
    return (this.redelivered.get(sequence) ?? 0) + 1;
  }

  /** It is not to be delivered once more. */
  isExhausted(sequence: number, { maxDeliver }: EffectiveConsumerSettings): boolean {
    const more = this.#asset.stream.mutations.maxDeliverOneMore ? 1 : 0;
    return maxDeliver > 0 && this.countOf(sequence) >= maxDeliver + more;
  }

  /**
   * The same while nobody asks for it: then 2.12 counts redeliveries, or one (`hasMaxDeliveries`), so that only what may
   * be delivered once leaves by itself, and 2.9 does not look (seen on both).
   */
  isExhaustedUnasked(sequence: number, settings: EffectiveConsumerSettings): boolean {
    if (this.#asset.profile.version === '2.9.10' || !this.isExhausted(sequence, settings)) return false;
    return Math.max(1, this.redelivered.get(sequence) ?? 0) >= settings.maxDeliver;
  }

  /** It leaves the pending set, undelivered for good (jetstream F50). */
  exhaust(sequence: number, count: number, movesFloor: boolean): void {
    const pending = this.pending.get(sequence);
    this.pending.delete(sequence);
    if (!movesFloor) return;
    if (pending !== undefined) this.#moveFloor(pending.consumerSequence, sequence);
    this.redelivered.set(sequence, count);
  }

  /** Lost ones before the first message are forgotten when pending deliveries are looked through (`checkPending`). True: there were some. */
  forgetLost(first: number): boolean {
    const before = this.pending.size;
    const { multiFilter } = this.#asset.profile;
    for (const [sequence, { consumerSequence, isLost }] of this.pending) {
      if (!isLost || sequence >= first) continue;
      this.pending.delete(sequence);
      this.redelivered.delete(sequence);
      this.forgetAgain(sequence);
      if (!multiFilter) continue;
      this.floorStream = Math.max(this.floorStream, sequence);
      this.floorConsumer = Math.max(this.floorConsumer, consumerSequence);
    }
    if (multiFilter && before > 0 && this.pending.size === 0) {
      this.floorConsumer = this.nextConsumer - 1;
      this.floorStream = this.nextStream - 1;
    }
    return this.pending.size < before;
  }

  /** Sequences whose ack wait is over, ascending, that do not wait for redelivery yet. */
  expired(nowUs: number, settings: EffectiveConsumerSettings): number[] {
    const expired: number[] = [];
    for (const [sequence, { deliveredUs }] of this.pending) {
      const isDue = nowUs - deliveredUs >= this.waitUs(sequence, settings);
      if (isDue && !this.again.includes(sequence)) expired.push(sequence);
    }
    return expired.sort((a, b) => a - b);
  }

  expire(sequence: number, nowUs: number): void {
    this.again.push(sequence);
    const pending = this.pending.get(sequence);
    if (pending !== undefined) pending.deliveredUs = nowUs;
  }

  /** The ack wait of the present delivery (jetstream F49). */
  waitUs(sequence: number, { ackWaitMs, backoffMs }: EffectiveConsumerSettings): number {
    const last = backoffMs.length - 1;
    if (last < 0 || this.#asset.stream.mutations.backoffIgnored) return ackWaitMs * 1000;
    return (backoffMs[Math.min(this.redelivered.get(sequence) ?? 0, last)] ?? ackWaitMs) * 1000;
  }

  /** When the next ack wait is over; never where none runs. */
  nextDueUs(settings: EffectiveConsumerSettings): number {
    let earliestUs = Infinity;
    for (const [sequence, { deliveredUs }] of this.pending) {
      const dueUs = deliveredUs + this.waitUs(sequence, settings);
      if (dueUs < earliestUs && !this.again.includes(sequence)) earliestUs = dueUs;
    }
    return earliestUs;
  }

  latestDueUs(settings: EffectiveConsumerSettings): number {
    let latestUs = 0;
    for (const [sequence, { deliveredUs }] of this.pending) {
      latestUs = Math.max(latestUs, deliveredUs + this.waitUs(sequence, settings));
    }
    return latestUs;
  }

  /**
   * A purge moves the cursor to what is left, and never back (`consumer.purge`). `isGone` says of what is pending beyond
   * the floor whether the purge took it. Returns what is not pending any more, for the followers to hear of.
   */
  purged(first: number, isGone: (sequence: number) => boolean): [number, HeldDelivery][] {
    this.nextStream = Math.max(this.nextStream, first);
    const left: [number, HeldDelivery][] = [];
    if (this.floorStream < first) {
      this.floorStream = first - 1;
      for (const [sequence, held] of this.pending) {
        if (sequence > this.floorStream && !isGone(sequence)) continue;
        this.floorConsumer = Math.max(this.floorConsumer, held.consumerSequence);
        this.pending.delete(sequence);
        this.redelivered.delete(sequence);
        left.push([sequence, held]);
      }
    }
    if (this.pending.size === 0) {
      this.redelivered.clear();
      this.floorConsumer = this.nextConsumer - 1;
      this.floorStream = this.nextStream - 1;
    }
    this.again = this.again.filter((sequence) => sequence >= this.nextStream);
    return left;
  }

  /** As servers of 2.9 do it: whatever is pending is forgotten. */
  purgedAll(first: number): void {
    this.nextStream = Math.max(this.nextStream, first);
    if (this.floorStream < first) {
      this.floorStream = first - 1;
      this.floorConsumer = this.nextConsumer - 1;
    }
    this.pending.clear();
    this.again = this.again.filter((sequence) => sequence >= this.nextStream);
  }

  #moveFloor(consumerSequence: number, sequence: number): void {
    if (this.pending.size === 0) {
      this.floorConsumer = this.nextConsumer - 1;
      this.floorStream = this.nextStream - 1;
    } else if (consumerSequence === this.floorConsumer + 1) {
      this.floorConsumer = consumerSequence;
      this.floorStream = sequence;
      const next = lowestAbove(this.pending, sequence);
      if (next === undefined || next >= this.nextStream) return;
      this.floorConsumer = (this.pending.get(next)?.consumerSequence ?? 1) - 1;
      this.floorStream = next - 1;
    }
  }

  /** `looked`: the sequence that was found there. */
  #advanceSkipList(looked: number): void {
    const list = this.#skipList;
    if (list === undefined) return;
    const sequence = list.sequences.shift() ?? 0;
    const isLast = list.sequences.length === 0;
    if (isLast) this.#skipList = undefined;
    if (this.#asset.profile.multiFilter) this.nextStream = isLast ? list.resumeAfter + 1 : sequence + 1;
    else this.nextStream = Math.max(isLast ? list.resumeAfter : this.nextStream, looked + 1);
  }
}
