import type { EffectiveConsumerSettings } from '../../system/ports/jetstream-management.ts';

export interface PendingDelivery {
  /** Of its first delivery. */
  readonly consumerSequence: number;
  /** Whence its ack wait counts: wall time in the record, simulated time in a leader's memory. */
  deliveredUs: number;
}

/** The replicated state of one consumer, as its store keeps it (jetstream F45): one cursor however many filters (F46). */
export class ConsumerRecord {
  deliveredConsumer = 0;
  deliveredStream = 0;
  floorConsumer = 0;
  floorStream = 0;
  started = false;
  readonly pending = new Map<number, PendingDelivery>();
  /** By stream sequence: deliveries after the first. */
  readonly redelivered = new Map<number, number>();

  /** Something is kept in memory storage: else a leader tells where its own cursor is (`HasState`); a file is always there. */
  get hasState(): boolean {
    return this.started && (this.deliveredConsumer > 0 || this.deliveredStream > 0);
  }

  /** Where the cursor starts, or has moved to without a delivery. */
  start(streamSequence: number, settings: EffectiveConsumerSettings, isAlone: boolean): void {
    this.started = true;
    if (streamSequence <= this.deliveredStream) return;
    this.deliveredStream = streamSequence;
    // Only what is replicated is told to the store in this way (`SetStarting`, `UpdateStarting`).
    if (settings.ack === 'none' && !isAlone) this.floorStream = streamSequence;
  }

  delivered(
    settings: EffectiveConsumerSettings,
    consumerSequence: number,
    sequence: number,
    deliveryCount: number,
    deliveredUs: number,
  ): void {
    this.started = true;
    // A replay of old entries.
    if (consumerSequence <= this.floorConsumer) return;
    if (settings.ack === 'none') {
      this.deliveredConsumer = Math.max(this.deliveredConsumer, consumerSequence);
      this.deliveredStream = Math.max(this.deliveredStream, sequence);
      this.floorConsumer = this.deliveredConsumer;
      this.floorStream = this.deliveredStream;
      return;
    }
    if (sequence <= this.deliveredStream) {
      const pending = this.pending.get(sequence);
      if (pending !== undefined) pending.deliveredUs = deliveredUs;
    } else {
      this.pending.set(sequence, { consumerSequence, deliveredUs });
    }
    this.deliveredConsumer = Math.max(this.deliveredConsumer, consumerSequence);
    this.deliveredStream = Math.max(this.deliveredStream, sequence);
    if (deliveryCount <= 1) return;
    if (settings.maxDeliver > 0 && deliveryCount > settings.maxDeliver) this.pending.delete(sequence);
    const known = this.redelivered.get(sequence) ?? 0;
    if (known < deliveryCount - 1) this.redelivered.set(sequence, deliveryCount - 1);
  }

  /** True: something was pending. */
  acked(
    settings: EffectiveConsumerSettings,
    consumerSequence: number,
    sequence: number,
    floorStaysAfterRedelivery: boolean,
  ): boolean {
    const holdsFloor = this.redelivered.delete(sequence) && floorStaysAfterRedelivery;
    if (settings.ack === 'none' || consumerSequence <= this.floorConsumer) return false;
    const pending = this.pending.get(sequence);
    if (pending === undefined) return false;
    if (settings.ack === 'all') {
      this.floorConsumer = consumerSequence;
      this.floorStream = sequence;
      for (const other of this.pending.keys()) {
        if (other > sequence) continue;
        this.pending.delete(other);
        this.redelivered.delete(other);
      }
      return true;
    }
    this.pending.delete(sequence);
    const first = Math.min(consumerSequence, pending.consumerSequence);
    if (this.pending.size === 0) {
      this.floorConsumer = this.deliveredConsumer;
      this.floorStream = this.deliveredStream;
    } else if (first === this.floorConsumer + 1 && !holdsFloor) {
      this.floorConsumer = first;
      this.floorStream = sequence;
      if (this.deliveredConsumer > first) {
        const next = lowestAbove(this.pending, sequence);
        if (next !== undefined) {
          this.floorConsumer = (this.pending.get(next)?.consumerSequence ?? 1) - 1;
          this.floorStream = next - 1;
        }
      }
    }
    return true;
  }

  /** The first that an acknowledgement of all up to a sequence frees; asked before `acked`. */
  freedFrom(sequence: number): number {
    return Math.min(sequence, this.floorStream + 1);
  }

  /**
   * A leader writes what it has in memory over its own copy, unreplicated (`writeStoreState`), unless the copy is ahead;
   * 2.9 does not look at the floor. `toWallUs`: from simulated time to wall time.
   */
  overwrite(
    memory: {
      readonly nextConsumer: number;
      readonly nextStream: number;
      readonly floorConsumer: number;
      readonly floorStream: number;
      readonly pending: ReadonlyMap<number, PendingDelivery>;
      readonly redelivered: ReadonlyMap<number, number>;
    },
    toWallUs: number,
    isOld: boolean,
  ): void {
    if (memory.nextConsumer - 1 < this.deliveredConsumer) return;
    if (!isOld && memory.floorStream < this.floorStream) return;
    this.started = true;
    this.deliveredConsumer = memory.nextConsumer - 1;
    this.deliveredStream = memory.nextStream - 1;
    this.floorConsumer = memory.floorConsumer;
    this.floorStream = memory.floorStream;
    this.pending.clear();
    for (const [sequence, { consumerSequence, deliveredUs }] of memory.pending) {
      this.pending.set(sequence, { consumerSequence, deliveredUs: deliveredUs + toWallUs });
    }
    this.redelivered.clear();
    for (const [sequence, count] of memory.redelivered) this.redelivered.set(sequence, count);
  }

  /** It is still to be delivered or acknowledged (`needAck`); 2.9 does not ask what was redelivered and given up. */
  needs(sequence: number, settings: EffectiveConsumerSettings, isOld: boolean): boolean {
    if (!isOld && this.redelivered.has(sequence)) return true;
    if (sequence <= this.floorStream) return false;
    return settings.ack !== 'explicit' || sequence > this.deliveredStream || this.pending.has(sequence);
  }

  clone(): ConsumerRecord {
    const copy = new ConsumerRecord();
    copy.deliveredConsumer = this.deliveredConsumer;
    copy.deliveredStream = this.deliveredStream;
    copy.floorConsumer = this.floorConsumer;
    copy.floorStream = this.floorStream;
    copy.started = this.started;
    for (const [sequence, { consumerSequence, deliveredUs }] of this.pending) {
      copy.pending.set(sequence, { consumerSequence, deliveredUs });
    }
    for (const [sequence, count] of this.redelivered) copy.redelivered.set(sequence, count);
    return copy;
  }
}

/** The lowest key above a number. */
export function lowestAbove(map: ReadonlyMap<number, unknown>, above: number): number | undefined {
  let lowest: number | undefined;
  for (const key of map.keys()) {
    if (key > above && (lowest === undefined || key < lowest)) lowest = key;
  }
  return lowest;
}
