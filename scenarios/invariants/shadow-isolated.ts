import { rule, type Rule } from './rule.ts';

/** Nothing that a shadow wrote lies where live reads (delivery F25, C40; issue 7). */
export const shadowIsolated: Rule = rule({
  id: 'shadow.isolated',
  title: 'the shadow never writes where live reads',
  kind: 'safety',
  source: 'delivery F25, R134, C36, C40; issue 7',
  excuses: [],
  onlyTag: 'shadow',
  watch({ history }, ledger) {
    history.on('shadow.audited', ({ rows, foreignRows }) => {
      if (rows > 0) ledger.check();
      if (foreignRows > 0) ledger.violate(`${foreignRows} of ${rows} rows that live reads are the shadow's`);
    });
    return { finish: () => undefined };
  },
});
