import { watchPattern } from '../patterns/watch.ts';
import { rule, type Rule } from './rule.ts';

/** However often a message comes, the one effect of its job takes place once (cassandra-and-live §2.1). */
export const patternOnce: Rule = rule({
  id: 'pattern.once',
  title: 'a job takes effect once, however often it is delivered',
  kind: 'safety',
  source: 'cassandra-and-live §2.1, §2.2',
  excuses: [],
  onlyTag: 'patterns',
  watch: (context, ledger) => watchPattern('pattern.once', context, ledger),
});
