import { rule, type Rule } from './rule.ts';

interface Decided {
  readonly payload: string;
  readonly result: string;
}

/**
 * Of two payloads under one key one is decided: everyone who hears "done" sent it, hears the same result, and finds it in
 * the store (delivery R164).
 */
export const operationFirstWrite: Rule = rule({
  id: 'operation.first-write',
  title: 'the first write of a key stays, and all hear the same of it',
  kind: 'safety',
  source: 'delivery R164',
  excuses: [],
  onlyTag: 'variant-idempotency',
  watch({ history }, ledger) {
    const decided = new Map<string, Decided>();
    history.on('operation.answered', ({ operation, payload, result }) => {
      if (result === undefined) return;
      const known = decided.get(operation);
      if (known === undefined) {
        decided.set(operation, { payload, result });
        return;
      }
      ledger.check();
      if (known.payload !== payload) ledger.violate(`${operation} was done with two payloads`);
      else if (known.result !== result) ledger.violate(`${operation} was answered in two ways`);
    });
    history.on('operation.audited', ({ operation, payload }) => {
      const known = decided.get(operation);
      if (known === undefined || payload === undefined) return;
      ledger.check();
      if (known.payload !== payload) ledger.violate(`${operation} lies in the store with another payload`);
    });
    return { finish: () => undefined };
  },
});
