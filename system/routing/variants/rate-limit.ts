/** A limit as the gateway's `limit_req … burst=… nodelay` has it (delivery R137, R147). */
export interface RateLimitSettings {
  readonly perSecond: number;
  readonly burst: number;
}

export interface RateLimit {
  /** Takes one; false where the limit is reached, and then nothing is taken. */
  take(nowMs: number): boolean;
}

/** A leaky bucket: what is above the rate fills it, more than `burst` of that is refused at once. */
export class LeakyBucket implements RateLimit {
  readonly #settings: RateLimitSettings;
  #excess = 0;
  #lastMs: number | undefined;

  constructor(settings: RateLimitSettings) {
    this.#settings = settings;
  }

  take(nowMs: number): boolean {
    const { perSecond, burst } = this.#settings;
    const leaked = this.#lastMs === undefined ? 0 : ((nowMs - this.#lastMs) * perSecond) / 1000;
    const excess = this.#lastMs === undefined ? 0 : Math.max(0, this.#excess - leaked + 1);
    if (excess > burst) return false;
    this.#excess = excess;
    this.#lastMs = nowMs;
    return true;
  }
}
