import type { RuleCheck, RuleContext, RuleLedger } from '../invariants/rule.ts';
import { breachesOf } from './judge.ts';
import type { PatternRule } from './judge.ts';

/** Holds every observation of a lab to one of the rules. */
export function watchPattern(rule: PatternRule, { history }: RuleContext, ledger: RuleLedger): RuleCheck {
  history.on('pattern.observed', (observation) => {
    ledger.check();
    for (const breach of breachesOf(observation)) if (breach.rule === rule) ledger.violate(breach.why);
  });
  return { finish: () => undefined };
}
