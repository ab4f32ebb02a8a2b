import { rule, type Rule } from './rule.ts';

/** The longest fault, twice the sweep, and the time that clients and stores need to find back. */
const owedMs = 150_000;

/** What main has, the shadow store has some seconds later, whoever died meanwhile (delivery R163, R167). */
export const writeBehindKept: Rule = rule({
  id: 'write-behind.kept',
  title: 'every write reaches the shadow store',
  kind: 'liveness',
  source: 'delivery R163, R167',
  excuses: [],
  onlyTag: 'variant-idempotency',
  watch({ history }, ledger) {
    history.on('operation.audited', (audit) => {
      if (audit.owedMs < owedMs) return;
      ledger.check();
      if (!audit.inShadow) {
        ledger.violate(
          `${audit.operation} is not in the shadow store, ${Math.round(audit.owedMs / 1000)} s after it was done`,
        );
      }
    });
    return { finish: () => undefined };
  },
});
