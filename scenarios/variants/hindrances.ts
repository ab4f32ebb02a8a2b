import type { History } from '../../sim/history/history.ts';

/** Which faults of a stage are in force, by what they hit: what a bound of a variant is counted from. */
export class Hindrances {
  readonly #inForce = new Map<string, readonly string[]>();
  readonly #endedUs = new Map<string, number>();

  constructor(history: History) {
    history.on('fault.started', ({ id, faultKind, targets }) => {
      if (faultKind.startsWith('stage.')) this.#inForce.set(id, targets);
    });
    history.on('fault.ended', ({ id }, timeUs) => {
      for (const target of this.#inForce.get(id) ?? []) this.#endedUs.set(target, timeUs);
      this.#inForce.delete(id);
    });
  }

  /** Since when none of these was hit; Infinity while one of them is. */
  calmSinceUs(targets: readonly string[]): number {
    for (const hit of this.#inForce.values()) {
      if (hit.some((target) => targets.includes(target))) return Infinity;
    }
    return Math.max(0, ...targets.map((target) => this.#endedUs.get(target) ?? 0));
  }
}
