import {
  entryOf,
  itemsAt,
  nodeAt,
  numberAt,
  textAt,
  walk,
  type ManifestNode,
} from '../documents/manifest-node.ts';
import { durationMs } from '../../../sim/prometheus/promql/lexer.ts';
import type { HistogramBuckets } from './lint-input.ts';
import { resourceOf } from './resource.ts';

/** Prometheus' own default where its configuration sets no interval (delivery 88). */
const defaultScrapeIntervalMs = 60_000;

/** Intervals at which this document has something scraped. */
export function scrapeIntervalsMs(root: ManifestNode): readonly number[] {
  const resource = resourceOf(root);
  const own = (node: ManifestNode, ...path: readonly string[]): number | undefined =>
    durationMs(textAt(node, ...path) ?? '');
  switch (resource?.kind) {
    case 'ServiceMonitor':
    case 'PodMonitor': {
      const endpoints = [
        ...itemsAt(root, 'spec', 'endpoints'),
        ...itemsAt(root, 'spec', 'podMetricsEndpoints'),
      ];
      return endpoints.flatMap((endpoint) => own(endpoint, 'interval') ?? []);
    }
    case 'Prometheus':
      return [own(root, 'spec', 'scrapeInterval') ?? 30_000];
    case undefined: {
      if (nodeAt(root, 'scrape_configs') === undefined) return [];
      const general = own(root, 'global', 'scrape_interval') ?? defaultScrapeIntervalMs;
      const jobs = itemsAt(root, 'scrape_configs');
      return jobs.map((job) => own(job, 'scrape_interval') ?? general);
    }
    default:
      return [];
  }
}

/** Histograms whose buckets a document sets: `{name: x, buckets: […]}` or `x: {buckets: […]}`. */
export function histogramBuckets(root: ManifestNode): readonly HistogramBuckets[] {
  const found: HistogramBuckets[] = [];
  walk(root, (node, path) => {
    const entry = entryOf(node, 'buckets') ?? entryOf(node, 'boundaries');
    if (entry?.value.kind !== 'list') return;
    const limits = entry.value.items.map((item) => numberAt(item) ?? Number.NaN).filter(Number.isFinite);
    const parent = path.at(-1);
    const name = textAt(node, 'name') ?? textAt(node, 'metric') ?? (parent === '[]' ? undefined : parent);
    if (name === undefined || limits.length === 0) return;
    found.push({ metric: name, largest: Math.max(...limits), place: entry.keyPlace });
  });
  return found;
}
