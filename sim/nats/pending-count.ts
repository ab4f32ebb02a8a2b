import type { ConsumerMemory } from './consumer-memory.ts';
import type { StreamMachine } from './stream-machine.ts';
import type { ConsumerAsset } from './stream-asset.ts';

/**
 * What a consumer's leader believes is left to deliver (`npc`): the end of a delivery's reply subject, `num_pending` of
 * info, and what a pull that does not wait is judged by. While the stream tells the consumer of every message that it
 * wants, only those before a cursor that is ahead of the stream are too much. It is kept by counting, and errs, under
 * 2.9 (what a limit removes is not taken off) and where the stream tells a consumer nothing (`ConsumerAsset.signals`).
 * Not modelled: what 2.9 subtracts for messages that nobody told the consumer of.
 */
export class PendingCount {
  readonly #asset: ConsumerAsset;
  readonly #memory: ConsumerMemory;
  /** Counted when it was last looked through, less what was delivered since; where all are told of, what is too much. */
  #base = 0;
  /** Up to here everything is in the base; 0: to be looked through. */
  #through = 0;
  #lastTold = 0;
  /** Told of since, and to be delivered. */
  readonly #told = new Set<number>();

  constructor(asset: ConsumerAsset, memory: ConsumerMemory) {
    this.#asset = asset;
    this.#memory = memory;
  }

  get #isExact(): boolean {
    return this.#asset.signals === 'filter' && !this.#isOld;
  }

  get #isOld(): boolean {
    return this.#asset.profile.version === '2.9.10';
  }

  /** Looks the stream through. */
  recount(stream: StreamMachine): void {
    this.#base = this.#isExact ? 0 : this.#memory.undelivered(stream);
    this.#through = this.#isOld ? this.#lastWanted(stream) : stream.lastSequence;
    this.#told.clear();
  }

  value(stream: StreamMachine): number {
    if (this.#isExact) return this.#memory.undelivered(stream) + this.#base;
    if (this.#through === 0 && this.#isOld) this.recount(stream);
    for (const sequence of this.#told) {
      if (stream.messages.get(sequence) === undefined) this.#told.delete(sequence);
    }
    return Math.max(0, this.#base + this.#told.size);
  }

  /** For info: an old server looks the stream through, a newer one sees that it is not more than there can be. */
  reported(stream: StreamMachine): number {
    if (this.#isOld) this.recount(stream);
    else if (!this.#isExact || this.#base > 0) {
      const { nextStream } = this.#memory;
      const most = Math.max(0, Math.min(stream.messages.size, stream.lastSequence - nextStream + 1));
      const exact = this.#isExact ? this.#memory.undelivered(stream) : 0;
      this.#base = Math.max(0, Math.min(this.value(stream), most) - exact);
    }
    return this.value(stream);
  }

  /** The stream tells of a new message. */
  told(sequence: number, isWanted: boolean): void {
    if (sequence <= this.#through || sequence <= this.#lastTold) return;
    this.#lastTold = sequence;
    if (this.#isExact) {
      if (isWanted && sequence < this.#memory.nextStream) this.#base++;
      return;
    }
    if (isWanted) this.#told.add(sequence);
    else this.#base++;
  }

  /** A message goes out for the first time. */
  delivering(sequence: number): void {
    if (this.#isExact || this.#told.delete(sequence)) return;
    if (this.#through > 0 || !this.#isOld) this.#base--;
  }

  /** Many were removed at once. */
  purged(stream: StreamMachine): void {
    if (!this.#isOld) {
      this.recount(stream);
      return;
    }
    // An old server goes on counting what it was told of.
    for (const sequence of this.#told) {
      if (stream.messages.get(sequence) !== undefined) continue;
      this.#told.delete(sequence);
      this.#base++;
    }
  }

  /** Nothing is left behind the cursor. */
  atEnd(stream: StreamMachine): void {
    if (this.#isOld || this.#memory.nextStream <= stream.lastSequence) return;
    this.#base = 0;
    this.#through = stream.lastSequence;
  }

  #lastWanted(stream: StreamMachine): number {
    const last = stream.lastFor(this.#asset.counted)?.sequence ?? 0;
    return last >= this.#memory.nextStream ? last : 0;
  }
}
