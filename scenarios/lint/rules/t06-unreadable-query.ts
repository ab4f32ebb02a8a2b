import type { LintRule } from './rule.ts';

export const unreadableQuery: LintRule = {
  id: 'T6',
  title: 'Query that Prometheus cannot parse',
  effect: 'Prometheus answers 400: every measurement is an Error, a panel or an alert stays empty',
  fix: 'correct the query; promtool check rules says the same of rule files',
  source: 'issue 7 §4 (delivery 35)',
  check: (input) =>
    input.queries.flatMap(({ problem, text }) =>
      problem === undefined ? [] : [{ place: text.placeAt(problem.offset), why: problem.message }],
    ),
};
