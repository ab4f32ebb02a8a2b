import { watchPattern } from '../patterns/watch.ts';
import { rule, type Rule } from './rule.ts';

/** A result whose message was acknowledged is read back: of the newest version, and not mixed of two (cassandra-and-live §2.1). */
export const patternKept: Rule = rule({
  id: 'pattern.kept',
  title: 'what was acknowledged is there, whole and not older',
  kind: 'safety',
  source: 'cassandra-and-live §2.1, §2.2',
  excuses: [],
  onlyTag: 'patterns',
  watch: (context, ledger) => watchPattern('pattern.kept', context, ledger),
});
