import type { UChart } from '../uchart.ts';
import { cusum } from './cusum.ts';
import { ewma } from './ewma.ts';
import { hotelling } from './hotelling.ts';
import { robustHotelling } from './robust-hotelling.ts';
import { sinceMaintenance } from './maintenance.ts';
import { nelson, westernElectric } from './shewhart-rules.ts';
import { shewhart } from './shewhart.ts';
import type { Judgement, Limits, Strategy } from './strategy.ts';

/** The defence strategy that tFDC runs unless told otherwise. */
export const defaultStrategies: readonly Strategy[] = [hotelling, shewhart, ewma];

/** Every strategy there is; a Defender's setting chooses among them. */
export const allStrategies: readonly Strategy[] = [
  hotelling,
  shewhart,
  westernElectric,
  nelson,
  cusum,
  ewma,
  robustHotelling,
];

/** The judgement of several strategies together; `strategy` is the one that `score`, `limit` and `reasons` come from. */
export interface DefenceJudgement extends Judgement {
  readonly strategy: Strategy['name'];
}

/** What {@link judgeAll} needs, in the order of the strategies; to be learnt once a recipe. */
export function learnAll(strategies: readonly Strategy[], qualified: readonly UChart[]): Limits[] {
  return strategies.map((strategy) => strategy.learn(qualified));
}

/** False while any of them is in its start-up phase for want of qualified contexts: more of them would teach it. */
export function isLearnt(limits: readonly Limits[]): boolean {
  return limits.every(({ model }) => model !== undefined);
}

/**
 * Combines strategies: any of them may raise the alarm, and the one that exceeds its own limit by the largest factor speaks
 * for all (the earlier of the list where two are equal). A strategy in its start-up phase has no say; where all are, the
 * first one's judgement stands. Of `recent`, what lies before the unit's last maintenance is not looked at. Each strategy keeps its false alarms so rare that their sum stays below 2 %.
 *
 * Throws a `RangeError` where no strategy is given, or not one of limits for each.
 */
export function judgeAll(
  strategies: readonly Strategy[],
  limits: readonly Limits[],
  recent: readonly UChart[],
  current: UChart,
): DefenceJudgement {
  if (strategies.length === 0 || strategies.length !== limits.length) {
    throw new RangeError(`${String(strategies.length)} strategies and ${String(limits.length)} limits`);
  }
  const { maintainedUs } = current;
  const history = maintainedUs === undefined ? recent : sinceMaintenance(recent, maintainedUs);
  let chosen: DefenceJudgement | undefined;
  for (const [index, strategy] of strategies.entries()) {
    const own = limits[index];
    if (own === undefined) continue;
    const judgement = strategy.judge(own, history, current);
    if (chosen === undefined || outranks(judgement, chosen))
      chosen = { ...judgement, strategy: strategy.name };
  }
  if (chosen === undefined) throw new RangeError('no strategy judged');
  return chosen;
}

function outranks(candidate: Judgement, chosen: Judgement): boolean {
  if (candidate.startup !== chosen.startup) return chosen.startup;
  return candidate.score / candidate.limit > chosen.score / chosen.limit;
}
