import type { UChart } from '../uchart.ts';
import { inContextOrder, minQualifiedContexts, replayedScores, tailLimit } from './history.ts';
import { reasonAt, sequenceStatistics, startupJudgement } from './monitored.ts';
import { predictionSigmas } from './normal.ts';
import { nelsonRules, ruleScore, westernElectricRules } from './run-rules.ts';
import type { RunRule } from './run-rules.ts';
import { visitSequences } from './sequence-scores.ts';
import { learnStandardScores } from './standard-scores.ts';
import type { StandardScores } from './standard-scores.ts';
import type { Judgement, Reason, Strategy } from './strategy.ts';

/** Limits of {@link westernElectric} and {@link nelson}: `model` is undefined in the start-up phase. */
export interface RunRuleLimits {
  readonly strategy: 'western-electric' | 'nelson';
  readonly model: StandardScores | undefined;
  /** In equivalent sigmas: 3 where a rule is just broken ({@link ruleScore}). */
  readonly limitSigmas: number;
}

/** The longest rule looks at 15 contexts; more show longer runs. */
const MAX_CONTEXTS = 21;
const NOMINAL_SIGMAS = 3;
const FALSE_ALARM_SHARE = 0.0027;

/**
 * Shewhart's chart with the zone rules of Western Electric on mean, deviation and slope of every SVID: besides single
 * contexts far out, two of three beyond two sigmas, four of five beyond one, eight in a row on one side.
 *
 * Source: Western Electric, Statistical Quality Control Handbook (1956). The book's limits are for one chart: four rules
 * on it already give a false alarm every 92 contexts (C. W. Champ and W. H. Woodall, 1987). Here all rules on all charts
 * together are to hold 0.27 %, so each pattern must be as unlikely as {@link ruleScore} beyond the limit says: Bonferroni's
 * by number of rules and charts and Student's by length of the history, wider where the qualified contexts, replayed unit by unit, need it. Assumes independent
 * contexts of one unit in time order; a unit's first contexts are judged by what there is of them.
 */
export const westernElectric: Strategy = runRuleStrategy('western-electric', westernElectricRules);

/**
 * The same with Nelson's eight tests: also trends, alternation, hugging of the centre and avoidance of it.
 *
 * Source: L. S. Nelson, The Shewhart Control Chart: Tests for Special Causes, Journal of Quality Technology 16 (1984).
 */
export const nelson: Strategy = runRuleStrategy('nelson', nelsonRules);

function runRuleStrategy(name: RunRuleLimits['strategy'], rules: readonly RunRule[]): Strategy {
  return {
    name,
    learn(qualified): RunRuleLimits {
      if (qualified.length < minQualifiedContexts) {
        return { strategy: name, model: undefined, limitSigmas: NOMINAL_SIGMAS };
      }
      const ordered = inContextOrder(qualified);
      const model = learnStandardScores(ordered, sequenceStatistics);
      const tests = Math.max(1, model.centres.length) * rules.length;
      const nominal = Math.max(NOMINAL_SIGMAS, predictionSigmas(FALSE_ALARM_SHARE / tests, ordered.length));
      const scores = replayedScores(ordered, MAX_CONTEXTS, 0, (recent, current) =>
        largestScore(rules, model, recent, current),
      );
      return { strategy: name, model, limitSigmas: tailLimit(scores, FALSE_ALARM_SHARE, nominal) };
    },
    judge(limits, recent, current): Judgement {
      if (limits.strategy !== name)
        throw new TypeError(`${name} cannot judge by limits of ${limits.strategy}`);
      const { model, limitSigmas } = limits;
      if (model === undefined) return startupJudgement(limitSigmas);
      const score = largestScore(rules, model, recent, current);
      const alarm = score > limitSigmas;
      const reasons = alarm ? reasonsFor(rules, model, limitSigmas, recent, current) : [];
      return { alarm, startup: false, score, limit: limitSigmas, reasons };
    },
  };
}

function largestScore(
  rules: readonly RunRule[],
  model: StandardScores,
  recent: readonly UChart[],
  current: UChart,
): number {
  let largest = 0;
  visitSequences(model, recent, current, MAX_CONTEXTS, (scores, count) => {
    for (const rule of rules) largest = Math.max(largest, ruleScore(rule, scores, count));
  });
  return largest;
}

/** Each chart that breaks a rule, with the context's own value; for a pattern of many contexts it lies within its band. */
function reasonsFor(
  rules: readonly RunRule[],
  model: StandardScores,
  limitSigmas: number,
  recent: readonly UChart[],
  current: UChart,
): Reason[] {
  const reasons: Reason[] = [];
  visitSequences(model, recent, current, MAX_CONTEXTS, (scores, count, at) => {
    if (rules.some((rule) => ruleScore(rule, scores, count) > limitSigmas)) {
      reasons.push(reasonAt(model, at, scores[count - 1] ?? 0, limitSigmas));
    }
  });
  return reasons;
}
