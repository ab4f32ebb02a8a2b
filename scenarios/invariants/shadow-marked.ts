import { rule, type Rule } from './rule.ts';

/** Every copy says that it is one and what it is a copy of, and no original says so (delivery R135, R136). */
export const shadowMarked: Rule = rule({
  id: 'shadow.marked',
  title: 'every copy is marked as one, and no original is',
  kind: 'safety',
  source: 'delivery R133, R135, R136',
  excuses: [],
  onlyTag: 'variant-mirror',
  watch({ history }, ledger) {
    history.on('shadow.sent', ({ gateway, side, isMarked }) => {
      ledger.check();
      if (!isMarked) ledger.violate(`${gateway} sent a request to ${side} without the headers of one`);
    });
    return { finish: () => undefined };
  },
});
