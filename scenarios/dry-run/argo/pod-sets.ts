/** How many pods of a kind are wanted, and which version they run. */
export interface WantedPods {
  /** Names the set: a version for the rollout's own pods, an experiment's template for its. */
  readonly key: string;
  readonly version: string;
  readonly desired: number;
}

interface PodBatch {
  readonly key: string;
  readonly version: string;
  readonly pods: number;
  /** Undefined: until it is released. */
  readonly atMs: number | undefined;
}

/** Pods that start, become available and go, in sets of which each knows only how many it wants. */
export class PodSets {
  readonly #readyMs: (version: string) => number | undefined;
  readonly #ready = new Map<string, number>();
  #starting: readonly PodBatch[] = [];

  /** `readyMs`: from a pod's start to its availability; undefined for a version that waits until it is released. */
  constructor(readyMs: (version: string) => number | undefined) {
    this.#readyMs = readyMs;
  }

  /** Pods that are available already. */
  put(key: string, available: number): void {
    this.#ready.set(key, available);
  }

  /** Pods of a version that wait become available. */
  release(version: string, nowMs: number): void {
    this.#starting = this.#starting.map((batch) =>
      batch.version === version && batch.atMs === undefined ? { ...batch, atMs: nowMs } : batch,
    );
  }

  /** What has started by now is ready. */
  advance(nowMs: number): void {
    const come = this.#starting.filter(({ atMs }) => atMs !== undefined && atMs <= nowMs);
    for (const { key, pods } of come) this.put(key, (this.#ready.get(key) ?? 0) + pods);
    this.#starting = this.#starting.filter((batch) => !come.includes(batch));
  }

  readyOf(key: string): number {
    return this.#ready.get(key) ?? 0;
  }

  /** Times at which pods become available. */
  times(): readonly (number | undefined)[] {
    return this.#starting.map(({ atMs }) => atMs);
  }

  /** Starts what is missing and takes away what is too much, the youngest first. */
  start({ key, version, desired }: WantedPods, nowMs: number): void {
    const ready = Math.min(this.readyOf(key), desired);
    this.put(key, ready);
    const coming = this.#starting.filter((batch) => batch.key === key);
    const missing = desired - ready - coming.reduce((sum, { pods }) => sum + pods, 0);
    if (missing === 0) return;
    const readyMs = this.#readyMs(version);
    const atMs = readyMs === undefined ? undefined : nowMs + readyMs;
    if (missing > 0) {
      this.#starting = [...this.#starting, { key, version, pods: missing, atMs }];
      return;
    }
    let left = desired - ready;
    const kept = coming.flatMap((each) => {
      const pods = Math.min(each.pods, left);
      left -= pods;
      return pods > 0 ? [{ ...each, pods }] : [];
    });
    this.#starting = [...this.#starting.filter((each) => each.key !== key), ...kept];
  }
}
