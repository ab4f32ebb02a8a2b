/**
 * One's own account of when each key was last seen to change, by one's own monotonic clock: the only ground on which
 * another process may be called stale (defender §2).
 */
export class ChangeAccount {
  readonly #changes = new Map<string, { revision: number; atMs: number }>();

  /** True where this is news. An older revision, from a stale replica, is none. */
  observe(key: string, revision: number, nowMs: number): boolean {
    const known = this.#changes.get(key);
    if (known === undefined) {
      this.#changes.set(key, { revision, atMs: nowMs });
      return true;
    }
    if (revision <= known.revision) return false;
    known.revision = revision;
    known.atMs = nowMs;
    return true;
  }

  /** How long the key has been seen unchanged; 0 for one that was never seen. */
  unchangedMs(key: string, nowMs: number): number {
    const known = this.#changes.get(key);
    return known === undefined ? 0 : nowMs - known.atMs;
  }

  has(key: string): boolean {
    return this.#changes.has(key);
  }

  forget(key: string): void {
    this.#changes.delete(key);
  }

  keys(): IterableIterator<string> {
    return this.#changes.keys();
  }
}
