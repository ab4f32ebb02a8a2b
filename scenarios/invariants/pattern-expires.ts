import { watchPattern } from '../patterns/watch.ts';
import { rule, type Rule } from './rule.ts';

/** A result is gone when its time is over, also where its message came again (cassandra-and-live 30, 31; delivery R205). */
export const patternExpires: Rule = rule({
  id: 'pattern.expires',
  title: 'nothing is there after its time',
  kind: 'safety',
  source: 'cassandra-and-live §2.1, §2.2',
  excuses: [],
  onlyTag: 'patterns',
  watch: (context, ledger) => watchPattern('pattern.expires', context, ledger),
});
