import { rule, type Rule } from './rule.ts';

const mostHeldMs = 1;

/** A caller is answered as live answered, and when it did, whatever becomes of the copy (delivery R134, F26). */
export const shadowHarmless: Rule = rule({
  id: 'shadow.harmless',
  title: 'no answer waits for the shadow, or is changed by it',
  kind: 'safety',
  source: 'delivery R131, R134, F26',
  excuses: [],
  onlyTag: 'variant-mirror',
  watch({ history }, ledger) {
    history.on('shadow.answered', ({ gateway, heldMs, isAltered }) => {
      ledger.check();
      if (isAltered) ledger.violate(`${gateway} did not answer as live had`);
      else if (heldMs > mostHeldMs) {
        ledger.violate(`${gateway} held an answer back for ${Math.round(heldMs)} ms after live had given it`);
      }
    });
    return { finish: () => undefined };
  },
});
