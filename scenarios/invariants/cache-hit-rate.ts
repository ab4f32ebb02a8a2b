import { rule, type Rule } from './rule.ts';

const bound = 0.95;
/** Each unit and recipe may miss once: that is the warm-up. */
const warmUpLookups = 2;
/** Fewer look-ups than this say nothing of a rate. */
const leastLookups = 200;

/** More than 95 % of the look-ups hit after warm-up (PRODUCT, cache hits; delivery R181). */
export const cacheHitRate: Rule = rule({
  id: 'cache.hit-rate',
  title: 'cache hits above 95 % after warm-up (quiet runs)',
  kind: 'safety',
  source: 'PRODUCT cache hits; delivery R181',
  excuses: [],
  watch({ history, facts }, ledger) {
    let hits = 0;
    let lookups = 0;
    let seen = 0;
    history.on('cache.lookup', (event) => {
      if (++seen <= warmUpLookups * facts.tools) return;
      lookups++;
      if (event.hit) hits++;
    });
    return {
      finish(): void {
        if (!facts.quiet || lookups < leastLookups) return;
        ledger.check(lookups);
        const rate = hits / lookups;
        if (rate <= bound)
          ledger.violate(`${(rate * 100).toFixed(1)} % of ${lookups} look-ups after warm-up were hits`);
      },
    };
  },
});
