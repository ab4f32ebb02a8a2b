/** What a fault does to the packets of one direction between two machines. */
export interface LinkCondition {
  /** Nothing gets through; what is sent waits for retransmission after the heal, or for a reset. */
  readonly cut?: boolean;
  /** Nothing gets through until the condition ends, then all of it at once (a clogged path, no loss). */
  readonly clogged?: boolean;
  readonly extraDelayUs?: number;
  readonly extraJitterUs?: number;
  /** Share of packets lost; shows as retransmission delay, never as a missing message. */
  readonly lossRate?: number;
  readonly bytesPerSecond?: number;
}

/** A condition in force on a set of links. `hits` counts the messages it touched: none means the fault never bit. */
export interface AppliedCondition {
  readonly condition: LinkCondition;
  hits: number;
}

/** One direction between two machines, as far as something is wrong with it. */
export class Link {
  readonly applied: AppliedCondition[] = [];
  cut = false;
  clogged = false;
  extraDelayUs = 0;
  extraJitterUs = 0;
  lossRate = 0;
  bytesPerSecond = Infinity;
  /** When the line is free again, where bandwidth is limited. */
  freeAtUs = 0;

  add(applied: AppliedCondition): void {
    this.applied.push(applied);
    this.#combine();
  }

  remove(applied: AppliedCondition): void {
    const index = this.applied.indexOf(applied);
    if (index >= 0) this.applied.splice(index, 1);
    this.#combine();
  }

  hit(): void {
    for (const applied of this.applied) applied.hits++;
  }

  /** Delays add up, losses combine as independent ones, the narrowest bandwidth counts. */
  #combine(): void {
    this.cut = false;
    this.clogged = false;
    this.extraDelayUs = 0;
    this.extraJitterUs = 0;
    this.bytesPerSecond = Infinity;
    let passed = 1;
    for (const { condition } of this.applied) {
      if (condition.cut === true) this.cut = true;
      if (condition.clogged === true) this.clogged = true;
      this.extraDelayUs += condition.extraDelayUs ?? 0;
      this.extraJitterUs += condition.extraJitterUs ?? 0;
      passed *= 1 - (condition.lossRate ?? 0);
      this.bytesPerSecond = Math.min(this.bytesPerSecond, condition.bytesPerSecond ?? Infinity);
    }
    this.lossRate = 1 - passed;
  }
}
