/** What outlives the agent: who was granted which term last. */
export interface Grant {
  readonly holder: string;
  readonly term: number;
}

export const firstGrant: Grant = { holder: '', term: 0 };

/** What a candidate may be told without anything having to be written. */
export type LeaseAnswer =
  | { readonly kind: 'refused'; readonly term: number }
  /** This grant must be durable before it is told. */
  | { readonly kind: 'grant'; readonly grant: Grant };

/** The lease of one colour's leadership. Times are the agent's monotonic clock, in milliseconds. */
export class Lease {
  #grant: Grant;
  /** No longer held from here on; what the last life granted may run its whole time from the start of this one. */
  #endsMs: number;

  constructor(found: Grant, nowMs: number, longestTtlMs: number) {
    this.#grant = found;
    this.#endsMs = found.term === 0 ? nowMs : nowMs + longestTtlMs;
  }

  get term(): number {
    return this.#grant.term;
  }

  /** Who asks while it holds the lease has lost its term, or never heard of it: it gets the next one. */
  acquire(candidate: string, seenTerm: number, nowMs: number): LeaseAnswer {
    const { holder, term } = this.#grant;
    if (nowMs < this.#endsMs && holder !== candidate) return { kind: 'refused', term };
    return { kind: 'grant', grant: { holder: candidate, term: Math.max(term, seenTerm) + 1 } };
  }

  /** The grant is durable. */
  granted(grant: Grant, untilMs: number): void {
    this.#grant = grant;
    this.#endsMs = untilMs;
  }

  /** A grant that may or may not have reached the disk: its term is never given to anyone. */
  burn(term: number): void {
    this.#grant = { holder: '', term };
  }

  /** False where the term is over: run out, given back, or another's. */
  renew(candidate: string, term: number, nowMs: number, untilMs: number): boolean {
    const isHeld = this.#isOf(candidate, term) && nowMs < this.#endsMs;
    if (isHeld) this.#endsMs = Math.max(this.#endsMs, untilMs);
    return isHeld;
  }

  release(candidate: string, term: number, nowMs: number): void {
    if (this.#isOf(candidate, term)) this.#endsMs = Math.min(this.#endsMs, nowMs);
  }

  #isOf(candidate: string, term: number): boolean {
    return this.#grant.holder === candidate && this.#grant.term === term;
  }
}
