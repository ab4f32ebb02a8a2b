import type { ConsumerMemory } from './consumer-memory.ts';
import type { StreamMachine } from './stream-machine.ts';
import type { ConsumerAsset } from './stream-asset.ts';

/**
 * What a consumer's leader believes is left to deliver (`npc`): the end of a delivery's reply subject, `num_pending` of
 * info, and what a pull that does not wait is judged by. It is looked through now and then and counted in between, and
 * errs as real servers do: a cursor that a purge has moved is not taken off, nor is what was removed under a name that
 * the consumer does not hear, nor, under 2.9, what a limit removes of what it began with.
 */
export class PendingCount {
  readonly #asset: ConsumerAsset;
  readonly #memory: ConsumerMemory;
  readonly #isOld: boolean;
  /** May fall below 0, which is told as 0. */
  #count = 0;
  /** Up to here everything was looked through; 0 under 2.9: it is looked through when somebody asks. */
  #through = 0;
  #lastTold = 0;
  /** What is being delivered is not in the count. */
  #isTakenOff = false;

  constructor(asset: ConsumerAsset, memory: ConsumerMemory) {
    this.#asset = asset;
    this.#memory = memory;
    this.#isOld = asset.profile.version === '2.9.10';
  }

  /** Looks the stream through. */
  recount(stream: StreamMachine, nextStream: number = this.#memory.nextStream): void {
    const { counted, settings } = this.#asset;
    if (settings.deliver.kind === 'last-per-subject') {
      const left = stream.lastPerSubject(counted).filter(({ sequence }) => sequence >= nextStream);
      this.#count = left.length;
      this.#through = this.#isOld ? (left.at(-1)?.sequence ?? 0) : stream.lastSequence;
      return;
    }
    this.#count = stream.countFrom(counted, nextStream);
    this.#through = this.#isOld ? this.#lastWanted(stream, nextStream) : stream.lastSequence;
  }

  /** A message is looked at before it is known who gets it: an old server that looks the stream through does so now. */
  announced(sequence: number, isFirst: boolean, stream: StreamMachine): void {
    if (!this.#isOld || this.#through > 0) return;
    const { nextStream } = this.#memory;
    this.recount(stream, isFirst ? Math.max(nextStream, sequence + 1) : nextStream);
    this.#isTakenOff = isFirst;
  }

  /** Nobody took it: an old server adds it again, also where it was never taken off. */
  returned(isFirst: boolean): void {
    if (this.#isTakenOff && isFirst && this.#through > 0) this.#count++;
    this.#isTakenOff = false;
  }

  /** As the announced message tells. */
  beside(): number {
    return Math.max(0, this.#isTakenOff ? this.#count : this.#count - 1);
  }

  value(stream: StreamMachine): number {
    if (this.#isOld && this.#through === 0) this.recount(stream);
    return Math.max(0, this.#count);
  }

  /** For info: an old server looks the stream through, a newer one sees that it is not more than there can be. */
  reported(stream: StreamMachine): number {
    if (this.#isOld) this.recount(stream);
    else {
      const { nextStream } = this.#memory;
      const most = Math.min(stream.messages.size, stream.lastSequence - nextStream + 1);
      if (nextStream > stream.lastSequence) this.#count = 0;
      else if (this.#count > most) this.#count = most;
    }
    return this.value(stream);
  }

  /** The stream tells of a new message. */
  told(sequence: number): void {
    if (sequence <= this.#lastTold) return;
    this.#lastTold = sequence;
    if (sequence > this.#through) this.#count++;
  }

  /** A message goes out for the first time. */
  delivering(): void {
    if (!this.#isTakenOff && (!this.#isOld || this.#through > 0)) this.#count--;
    this.#isTakenOff = false;
  }

  /** The stream tells that a message of this consumer's filter is gone. */
  removed(sequence: number): void {
    if (sequence < this.#memory.nextStream || (this.#isOld && sequence <= this.#through)) return;
    this.#count--;
  }

  /** Many were removed at once, which an old server does not look at. */
  removedMany(stream: StreamMachine): void {
    if (!this.#isOld) this.recount(stream);
  }

  /** Somebody waits, and nothing is left behind the cursor. */
  atEnd(stream: StreamMachine): void {
    if (this.#isOld || this.#memory.nextStream <= stream.lastSequence || this.#count === 0) return;
    this.#count = 0;
    this.#through = stream.lastSequence;
  }

  /** In files, a consumer of everything takes the end of the stream for its last message. */
  #lastWanted(stream: StreamMachine, nextStream: number): number {
    const { counted } = this.#asset;
    const isWhole = counted.subjects.length === 0 && stream.settings.storage === 'file';
    const last = isWhole ? stream.lastSequence : (stream.lastFor(counted)?.sequence ?? 0);
    const from = Math.max(nextStream, stream.first);
    return last < from || (!isWhole && this.#missesLast(stream, from, last)) ? 0 : last;
  }

  /**
   * A file with gaps between the messages of a subject is searched from the nearer end; from the front what comes before
   * is taken off, and no last message noted (`filteredPendingLocked`).
   * Not modelled: that patterns of several such subjects are counted twice, by chance (`pattern-counted-twice`).
   */
  #missesLast(stream: StreamMachine, from: number, last: number): boolean {
    const { counted, stream: asset } = this.#asset;
    if (stream.settings.storage !== 'file') return false;
    const subjects =
      counted.wildcards.length === 0
        ? counted.literals
        : [...stream.messages.subjects()].filter((subject) => counted.matches(subject));
    if (!subjects.some((subject) => hasGaps(stream, subject, from))) return false;
    if (subjects.length > 1) {
      asset.unmodelled.add('pattern-counted-twice');
      return false;
    }
    return last - from >= from - stream.first;
  }
}

/** Some of a subject's messages come before the sequence, some not, and others in between. */
function hasGaps({ messages }: StreamMachine, subject: number, from: number): boolean {
  const first = messages.firstOf(subject)?.sequence ?? from;
  const last = messages.lastOf(subject)?.sequence ?? 0;
  return from > first && from <= last && messages.countOf(subject) < last - first + 1;
}
