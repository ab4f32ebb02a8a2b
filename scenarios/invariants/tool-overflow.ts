import { ingestInterrupted } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

/** No tool ever has to give a context up, unless it could not be rid of it for as long as its store lasts (delivery R16). */
export const toolOverflow: Rule = rule({
  id: 'tool.no-overflow',
  title: 'no tool gives up a context for lack of room',
  kind: 'liveness',
  source: 'PRODUCT storing; delivery R16',
  excuses: [ingestInterrupted],
  watch({ history }, ledger) {
    history.on('context.completed', () => ledger.check());
    history.on('tool.overflow', ({ tool, contextId, points }) => {
      ledger.check();
      ledger.violateUnlessExcused(`${tool} gave up ${contextId} with ${points} points: its store was full`);
    });
    return { finish: () => undefined };
  },
});
