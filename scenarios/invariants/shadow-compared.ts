import { rule, type Rule } from './rule.ts';

/** The comparison shows what really was compared, and the differences that really were there (delivery R131–R133). */
export const shadowCompared: Rule = rule({
  id: 'shadow.compared',
  title: 'the comparison counts every difference, and nothing else',
  kind: 'safety',
  source: 'delivery R131, R132, R140',
  excuses: [],
  onlyTag: 'variant-mirror',
  watch({ history }, ledger) {
    history.on('shadow.viewed', (view) => {
      ledger.check();
      const { gateway, messages, differences } = view;
      if (messages < view.fewestMessages || messages > view.mostMessages) {
        ledger.violate(
          `${gateway} shows ${messages} requests of ${view.fewestMessages} to ${view.mostMessages}`,
        );
      } else if (differences < view.fewestDifferences || differences > view.mostDifferences) {
        ledger.violate(
          `${gateway} shows ${differences} differences of ${view.fewestDifferences} to ${view.mostDifferences}`,
        );
      }
    });
    return { finish: () => undefined };
  },
});
