import type { RebalanceReason } from '../../ports/system-event.ts';
import type { AssignmentMap } from '../assignment/assignment-map.ts';
import type { DefenderSettings } from '../settings.ts';

/** Who is there, as the leader's last fresh read and its account say. */
export interface Topology {
  /** Members of the map and joiners that beat, or are silent for too short a time to say. */
  readonly alive: ReadonlySet<string>;
  /** Members of the map that are silent for too long; empty while no emergency may be declared. */
  readonly dead: ReadonlySet<string>;
  /** Members of the map that are alive and have been there ever since it was published. */
  readonly survivors: number;
}

export type RebalanceDecision =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'wait'; readonly reason: RebalanceReason; readonly remainingMs: number }
  | { readonly kind: 'publish'; readonly reason: RebalanceReason };

const nothing: RebalanceDecision = { kind: 'nothing' };

/**
 * Decides when a map is computed (defender §3): what triggers it, how long its window is, what cuts the window short.
 * One planner lives as long as a leader's term; all it inherits is in the map. Pure but for what it remembers; times are
 * the leader's monotonic clock.
 */
export class RebalancePlanner {
  readonly #settings: DefenderSettings;
  readonly #termSinceMs: number;
  #restartSinceMs: number | undefined;
  #changeSinceMs: number | undefined;
  #crashSinceMs: number | undefined;
  #publishedAtMs: number | undefined;

  constructor(settings: DefenderSettings, nowMs: number) {
    this.#settings = settings;
    this.#termSinceMs = nowMs;
  }

  /** `shouldReweigh`: with the same members, a new map would be that much better (see `minimumGain`), or units are missing. */
  decide(nowMs: number, map: AssignmentMap, topology: Topology, shouldReweigh: boolean): RebalanceDecision {
    if (topology.alive.size === 0) return nothing;
    if (map.version === 0) return this.#afterWindow('cold-start', this.#termSinceMs, nowMs);
    if (this.#isRestart(nowMs, map, topology)) {
      return this.#afterWindow('restart', this.#restartSinceMs ?? nowMs, nowMs);
    }
    if (topology.dead.size > 0) {
      this.#crashSinceMs ??= nowMs;
      return this.#afterWindow('crash', this.#crashSinceMs, nowMs);
    }
    this.#crashSinceMs = undefined;
    if (!shouldReweigh && hasSameMembers(map, topology)) {
      this.#changeSinceMs = undefined;
      return nothing;
    }
    this.#changeSinceMs ??= nowMs;
    const floorMs =
      this.#publishedAtMs === undefined ? 0 : this.#settings.rebalanceFloorMs - (nowMs - this.#publishedAtMs);
    return this.#afterWindow('scaling', this.#changeSinceMs, nowMs, floorMs);
  }

  published(nowMs: number): void {
    this.#publishedAtMs = nowMs;
    this.#restartSinceMs = undefined;
    this.#changeSinceMs = undefined;
    this.#crashSinceMs = undefined;
  }

  /**
   * Many members before, few of them left: once seen, it stays a restart until its map is published. A new leader needs
   * until the first deaths to see it, and its window counts from the beginning of its term.
   */
  #isRestart(nowMs: number, map: AssignmentMap, { survivors }: Topology): boolean {
    const { deadAfterMs, restartMembers, restartAlive } = this.#settings;
    if (map.members.size >= restartMembers && survivors < restartAlive) {
      const isNew = nowMs - this.#termSinceMs <= 2 * deadAfterMs;
      this.#restartSinceMs ??= isNew ? this.#termSinceMs : nowMs;
    }
    return this.#restartSinceMs !== undefined;
  }

  #afterWindow(reason: RebalanceReason, sinceMs: number, nowMs: number, leastMs = 0): RebalanceDecision {
    const { policies, windows } = this.#settings;
    const remainingMs = Math.max(leastMs, policies.windowMs(reason, windows) - (nowMs - sinceMs));
    return remainingMs > 0 ? { kind: 'wait', reason, remainingMs } : { kind: 'publish', reason };
  }
}

function hasSameMembers(map: AssignmentMap, topology: Topology): boolean {
  if (topology.alive.size !== map.members.size) return false;
  for (const member of map.members.keys()) if (!topology.alive.has(member)) return false;
  return true;
}
