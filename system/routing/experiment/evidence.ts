import type { ExperimentSide } from '../../ports/experiment-side.ts';
import { PortError } from '../../ports/errors.ts';
import type { MetricsQueries, MetricsQuery } from '../../ports/metrics-query.ts';
import { copiesMetric, copySecondsMetric } from '../gateway/experiment-copies.ts';
import type { SideEvidence } from './judgement.ts';

const contextsProcessedMetric = 'tfdc_contexts_processed_total';

/** What the metrics store knows of one side over the window that ends now; copies that never left a gateway are none. */
export async function readSide(
  queries: MetricsQueries,
  side: ExperimentSide,
  windowMs: number,
): Promise<SideEvidence> {
  const labels = { experiment: side };
  const requests = await ask(queries, { kind: 'increase', name: copiesMetric, labels, windowMs });
  const succeeded = await ask(queries, {
    kind: 'increase',
    name: copiesMetric,
    labels: { ...labels, code: 'OK' },
    windowMs,
  });
  const p95Seconds = await ask(queries, {
    kind: 'quantile',
    quantile: 0.95,
    name: copySecondsMetric,
    labels,
    windowMs,
  });
  const contexts = await ask(queries, { kind: 'increase', name: contextsProcessedMetric, labels, windowMs });
  return {
    requests: requests === undefined ? undefined : Math.floor(requests),
    errorRate:
      requests === undefined || succeeded === undefined || requests <= 0
        ? undefined
        : Math.max(0, (requests - succeeded) / requests),
    p95Ms: p95Seconds === undefined ? undefined : p95Seconds * 1000,
    contexts: contexts === undefined ? undefined : Math.floor(contexts),
  };
}

async function ask(queries: MetricsQueries, query: MetricsQuery): Promise<number | undefined> {
  try {
    const value = await queries.evaluate(query);
    return value !== undefined && Number.isFinite(value) ? value : undefined;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return undefined;
  }
}
