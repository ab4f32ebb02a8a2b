import type { StatisticName } from '../statistics.ts';
import type { Judgement, Reason } from './strategy.ts';
import type { StandardScores } from './standard-scores.ts';

/** What strategies that follow a sequence of contexts look at: level, spread and tilt, few since each is one more chance of a false alarm. */
export const sequenceStatistics: readonly StatisticName[] = ['mean', 'deviation', 'slope'];

/** A strategy that has not learnt enough yet: no alarm, whatever the context. */
export function startupJudgement(limit: number): Judgement {
  return { alarm: false, startup: true, score: 0, limit, reasons: [] };
}

/** The reason at place `at` of the model: `sigmas` from the centre, where `limitSigmas` were allowed. */
export function reasonAt(model: StandardScores, at: number, sigmas: number, limitSigmas: number): Reason {
  const width = model.columns.length;
  const centre = model.centres[at] ?? 0;
  const scale = model.scales[at] ?? 0;
  return {
    svid: model.svids[Math.floor(at / width)] ?? 0,
    statistic: model.statistics[at % width] ?? 'mean',
    value: centre + sigmas * scale,
    low: centre - limitSigmas * scale,
    high: centre + limitSigmas * scale,
  };
}
