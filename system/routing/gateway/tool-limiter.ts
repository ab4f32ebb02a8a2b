/** A leaky bucket for each tool: so many requests a second, and so many at once (delivery F24). */
export interface ToolLimit {
  readonly requestsPerSecond: number;
  readonly burst: number;
  /** Buckets kept; the tool that was silent longest goes first. */
  readonly trackedTools: number;
}

interface Bucket {
  level: number;
  filledMs: number;
}

/**
 * Limits each tool by its own name, never by its address: many tools stand behind one. Each gateway counts for itself, so
 * a tool whose connections are spread over n gateways has n times the rate.
 */
export class ToolLimiter {
  readonly #limit: ToolLimit;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limit: ToolLimit) {
    this.#limit = limit;
  }

  /** True: the request may go on. `nowMs` is monotonic. */
  admit(tool: string, nowMs: number): boolean {
    const { requestsPerSecond, burst, trackedTools } = this.#limit;
    const bucket = this.#buckets.get(tool) ?? { level: 0, filledMs: nowMs };
    this.#buckets.delete(tool);
    this.#buckets.set(tool, bucket);
    if (this.#buckets.size > trackedTools) this.#forgetOldest();
    bucket.level = Math.max(0, bucket.level - ((nowMs - bucket.filledMs) * requestsPerSecond) / 1000);
    bucket.filledMs = nowMs;
    if (bucket.level + 1 > burst) return false;
    bucket.level += 1;
    return true;
  }

  #forgetOldest(): void {
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }
}
