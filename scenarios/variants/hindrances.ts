import type { History } from '../../sim/history/history.ts';

interface Hindrance {
  readonly targets: readonly string[];
  readonly startUs: number;
  endUs: number;
}

/** Which faults of a stage are or were in force, by what they hit: what a bound of a variant is counted from. */
export class Hindrances {
  readonly #all = new Map<string, Hindrance>();

  constructor(history: History) {
    history.on('fault.started', ({ id, faultKind, targets }, timeUs) => {
      if (faultKind.startsWith('stage.')) this.#all.set(id, { targets, startUs: timeUs, endUs: Infinity });
    });
    history.on('fault.ended', ({ id }, timeUs) => {
      const hindrance = this.#all.get(id);
      if (hindrance !== undefined) hindrance.endUs = timeUs;
    });
  }

  /** Since when none of these was hit; Infinity while one of them is, 0 where none ever was. */
  calmSinceUs(targets: readonly string[]): number {
    return Math.max(0, ...this.#of(targets).map(({ endUs }) => endUs));
  }

  /** For how long any of these was hit between two times, each fault counted `slackUs` longer than it was. */
  betweenUs(targets: readonly string[], fromUs: number, toUs: number, slackUs: number): number {
    let sumUs = 0;
    let coveredUs = fromUs;
    for (const { startUs, endUs } of this.#of(targets).toSorted((a, b) => a.startUs - b.startUs)) {
      const untilUs = Math.min(endUs + slackUs, toUs);
      if (untilUs <= coveredUs) continue;
      sumUs += Math.max(0, untilUs - Math.max(startUs, coveredUs));
      coveredUs = untilUs;
    }
    return Math.max(0, sumUs);
  }

  #of(targets: readonly string[]): readonly Hindrance[] {
    return [...this.#all.values()].filter((each) => each.targets.some((target) => targets.includes(target)));
  }
}
