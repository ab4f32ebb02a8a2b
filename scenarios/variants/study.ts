import { History } from '../../sim/history/history.ts';
import { Kernel } from '../../sim/kernel/index.ts';
import { Network } from '../../sim/network/index.ts';
import { rulesFor } from '../invariants/index.ts';
import { RuleLedger, type RuleContext } from '../invariants/rule.ts';
import { watchGoals } from '../observers/goals.ts';
import type { RuleOutcome } from '../run-result.ts';
import { Stage } from './stage.ts';
import { tagsOf, type Variant } from './variant.ts';

export interface VariantOutcome {
  /** Rules of the variant, by what their breach costs. */
  readonly rules: readonly RuleOutcome[];
  /** Goals that were not reached. */
  readonly missed: readonly string[];
  readonly events: number;
  readonly fingerprint: string;
}

/** How long after its course a variant may converge. */
const restMs = 60_000;

/** Puts a variant on without a fab beside it, for many seeds in little time. Rejects where the run itself breaks down. */
export async function playVariant(
  variant: Variant,
  seed: bigint,
  bug: string | undefined,
): Promise<VariantOutcome> {
  const kernel = new Kernel({ seed });
  const network = new Network(kernel);
  const history = new History(kernel);
  const context: RuleContext = {
    kernel,
    history,
    faults: { recent: () => [] },
    facts: {
      tools: 0,
      gateways: 0,
      gatewayPollMs: 0,
      demand: { collector: 0, defender: 0 },
      quiet: false,
      gracePeriodMs: 0,
      unitWeights: new Map(),
      storedRequests: () => 0,
      waitingCompletions: () => [],
      faultFreeJudgement: () => undefined,
      reachableGateways: () => [],
    },
  };
  const watched = rulesFor(tagsOf(variant))
    .filter(({ onlyTag }) => onlyTag !== undefined)
    .map((rule) => {
      const ledger = new RuleLedger(rule, context);
      return { ledger, check: rule.watch(context, ledger) };
    });
  const goals = watchGoals(history, variant.goals);
  variant.begin(new Stage(variant.name, kernel, network, history), bug);
  await kernel.run((variant.minutes * 60_000 + restMs) * 1000);
  for (const { check } of watched) check.finish();
  return {
    rules: watched.map(({ ledger }) => ledger.outcome()),
    missed: goals()
      .filter(({ required, count }) => required && count === 0)
      .map(({ goal }) => goal),
    events: kernel.events,
    fingerprint: kernel.fingerprint.digest(),
  };
}
