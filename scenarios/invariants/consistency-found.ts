import { rule, type Rule } from './rule.ts';

/** Two checks of a minute, and the longest fault. */
const withinUs = 180_000_000;

/** The periodic check finds every difference between main and shadow, and none that is not there (delivery R165). */
export const consistencyFound: Rule = rule({
  id: 'consistency.found',
  title: 'the consistency check finds what differs, and nothing else',
  kind: 'liveness',
  source: 'delivery R165',
  excuses: [],
  onlyTag: 'variant-idempotency',
  watch({ history, kernel }, ledger) {
    const corruptedUs = new Map<string, number>();
    const perhaps = new Set<string>();
    const found = new Set<string>();
    history.on('operation.corrupted', ({ key, isCertain }, timeUs) => {
      if (isCertain) corruptedUs.set(key, timeUs);
      else perhaps.add(key);
    });
    history.on('consistency.checked', ({ different }) => {
      ledger.check();
      for (const key of different) found.add(key);
    });
    return {
      finish() {
        for (const [key, atUs] of corruptedUs) {
          if (kernel.nowUs - atUs < withinUs) continue;
          ledger.check();
          if (!found.has(key))
            ledger.violate(`${key} was changed in the shadow store, and no check found it`);
        }
        // A change takes effect before whoever made it hears of that, so this is known at the end only.
        for (const key of found) {
          if (!corruptedUs.has(key) && !perhaps.has(key)) {
            ledger.violate(`${key} is said to differ, and does not`);
          }
        }
      },
    };
  },
});
