import { lastingFault } from '../fault.ts';
import { numberOf, textOf } from '../parameter.ts';
import { beginScrapeHindrance, scrapedParameters, metricsImpact } from '../scrape-hindrance.ts';

/** Scrapes come late (delivery F30, F31). */
export const metricsLateScrapes = lastingFault({
  kind: 'metrics.late-scrapes',
  summary: 'the metrics store scrapes some pods late',
  effect:
    'Scrapes of the chosen pods are made later than they are due: the newest sample is older than an interval, and at the start and the end of the fault two are an uneven time apart.',
  live: 'a CPU limit on Prometheus, or toxiproxy latency before the targets',
  rulesUsuallyHit: ['gate.evidence'],
  typicalDurationMs: [30_000, 900_000],
  parameters: [
    ...scrapedParameters,
    {
      name: 'lateMs',
      type: 'integer',
      unit: 'milliseconds',
      minimum: 1,
      maximum: 14_000,
      typical: [1000, 14_000],
      default: 10_000,
      doc: 'by how much; less than the interval of 15 s',
    },
  ],
  impact: metricsImpact,
  begin: (world, values, random) =>
    beginScrapeHindrance(world, textOf(values, 'component'), numberOf(values, 'share'), random, {
      fail: false,
      lateMs: numberOf(values, 'lateMs'),
    }),
});
