import type { LintInput, PromQuery } from '../input/lint-input.ts';
import { partsOf } from '../../../sim/prometheus/promql/expression.ts';
import type { Found, LintRule } from './rule.ts';

const needsTwoSamples = new Set(['rate', 'irate', 'increase', 'delta', 'idelta', 'deriv', 'predict_linear']);

function shortWindows({ expression, text }: PromQuery, intervalMs: number): readonly Found[] {
  if (expression === undefined) return [];
  return partsOf(expression).flatMap((part): readonly Found[] => {
    if (part.kind !== 'call' || !needsTwoSamples.has(part.name)) return [];
    const window = part.parameters.find((parameter) => parameter.kind === 'window');
    if (window?.windowMs === undefined || window.subquery || window.windowMs >= 2 * intervalMs) return [];
    return [
      {
        place: text.placeAt(window.offset),
        why: `a window of ${window.windowMs / 1000} s holds fewer than two samples when scraped every ${intervalMs / 1000} s`,
      },
    ];
  });
}

export const windowTooShort: LintRule = {
  id: 'T3',
  title: 'Window shorter than two scrapes',
  effect: 'rate needs two samples: the result is empty, always or now and then, and a gate on it is an Error',
  fix: 'make the window four scrape intervals long',
  source: 'issue 7 §4: windows against scrape intervals (delivery 88, F30)',
  check: (input: LintInput) => {
    const { scrapeIntervalMs } = input;
    if (scrapeIntervalMs === undefined) return [];
    return input.queries.flatMap((query) => shortWindows(query, scrapeIntervalMs));
  },
};
