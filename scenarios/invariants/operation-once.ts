import { rule, type Rule } from './rule.ts';

/** A write that a client heard is done lies in the store, once, however often it was sent (delivery R158, C39, C38). */
export const operationOnce: Rule = rule({
  id: 'operation.once',
  title: 'a write is done once, however often it is sent',
  kind: 'safety',
  source: 'delivery R158, R166, C38, C39',
  excuses: [],
  onlyTag: 'variant-idempotency',
  watch({ history }, ledger) {
    history.on('operation.audited', ({ operation, rows }) => {
      ledger.check();
      if (rows !== 1) ledger.violate(`${operation} lies ${rows} times in the store`);
    });
    return { finish: () => undefined };
  },
});
