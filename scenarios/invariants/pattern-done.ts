import { watchPattern } from '../patterns/watch.ts';
import { rule, type Rule } from './rule.ts';

/** A job is not given up, and nobody takes it for another one’s (cassandra-and-live §2.1). */
export const patternDone: Rule = rule({
  id: 'pattern.done',
  title: 'a job is done when the faults are over',
  kind: 'liveness',
  source: 'cassandra-and-live §2.1, §2.2',
  excuses: [],
  onlyTag: 'patterns',
  watch: (context, ledger) => watchPattern('pattern.done', context, ledger),
});
