import { lastingFault } from '../fault.ts';
import { numberOf, textOf } from '../parameter.ts';
import { beginScrapeHindrance, scrapedParameters, metricsImpact } from '../scrape-hindrance.ts';

/** Some targets cannot be scraped (delivery F31). */
export const metricsScrapeGap = lastingFault({
  kind: 'metrics.scrape-gap',
  summary: 'the metrics store cannot scrape some pods',
  effect:
    'Scrapes of the chosen pods get no answer: their series end as stale, and go on after a gap. Queries are answered, from the other pods alone.',
  live: 'a NetworkPolicy from Prometheus to the pods, or a dropped scrape job',
  rulesUsuallyHit: ['gate.evidence'],
  typicalDurationMs: [30_000, 900_000],
  parameters: scrapedParameters,
  impact: metricsImpact,
  begin: (world, values, random) =>
    beginScrapeHindrance(world, textOf(values, 'component'), numberOf(values, 'share'), random, {
      fail: true,
      lateMs: 0,
    }),
});
