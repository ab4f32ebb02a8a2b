import { rule, type Rule } from './rule.ts';

/** No U-chart expires that does not lie in the offline store by then (delivery R205, R207). */
export const archiveComplete: Rule = rule({
  id: 'archive.complete',
  title: 'nothing expires unarchived',
  kind: 'safety',
  source: 'delivery R207; issue 5',
  excuses: [],
  onlyTag: 'archive',
  watch({ history }, ledger) {
    history.on('archive.expired', ({ chart, archived }) => {
      ledger.check();
      if (!archived) ledger.violate(`${chart} expired and lies in no archive`);
    });
    return { finish: () => undefined };
  },
});
