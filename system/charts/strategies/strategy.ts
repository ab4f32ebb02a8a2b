import type { StatisticName } from '../statistics.ts';
import type { UChart } from '../uchart.ts';
import type { CusumLimits } from './cusum.ts';
import type { EwmaLimits } from './ewma.ts';
import type { HotellingLimits } from './hotelling.ts';
import type { RobustHotellingLimits } from './robust-hotelling.ts';
import type { RunRuleLimits } from './shewhart-rules.ts';
import type { ShewhartLimits } from './shewhart.ts';

/** One statistic of one SVID that took part in an alarm, with the band it should have stayed in. */
export interface Reason {
  readonly svid: number;
  readonly statistic: StatisticName;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * What one strategy says about one context. `score` and `limit` share the strategy's own unit (sigmas, T²); `alarm` is
 * `score > limit`. In the start-up phase (`startup`, too little history) there is no alarm and the score is 0.
 */
export interface Judgement {
  readonly alarm: boolean;
  readonly startup: boolean;
  readonly score: number;
  readonly limit: number;
  readonly reasons: readonly Reason[];
}

/** What a strategy learnt from qualified contexts of one recipe: plain data, to be learnt once and kept. */
export type Limits =
  ShewhartLimits | RunRuleLimits | CusumLimits | EwmaLimits | HotellingLimits | RobustHotellingLimits;

/** A defence strategy (`delivery R172`): pure functions of what is passed in. */
export interface Strategy {
  readonly name: Limits['strategy'];
  /** Learns from contexts of one recipe that are known to be good, in any order; the result does not depend on it. */
  learn(qualified: readonly UChart[]): Limits;
  /**
   * `recent` are earlier contexts of the same unit and recipe, oldest first; a strategy that looks at `current` only ignores
   * them. Throws a `TypeError` for limits of another strategy. SVIDs that the limits do not know are not judged.
   */
  judge(limits: Limits, recent: readonly UChart[], current: UChart): Judgement;
}
