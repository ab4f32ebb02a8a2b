import { PortError } from '../../../ports/errors.ts';
import type { MetricsQueries, MetricsQuery } from '../../../ports/metrics-query.ts';
import type { CanaryBackend } from '../../../ports/variant-event.ts';
import { canaryRequestsMetric, canarySecondsMetric } from '../percentage/meters.ts';

export const taskSuccessMetric = 'canary_task_success_ratio';
export const agentHealthMetric = 'canary_agent_health_ratio';

/** What is known of one side; undefined: nothing, which is neither zero nor good (delivery F28, F29). */
export interface SideReading {
  readonly requests: number | undefined;
  readonly errorRate: number | undefined;
  readonly p95Ms: number | undefined;
}

export interface Reading {
  readonly canary: SideReading;
  readonly stable: SideReading;
  readonly taskSuccess: number | undefined;
  readonly agentHealth: number | undefined;
}

/** Asks for everything a decision looks at (delivery R275, R291). A question that fails leaves its answer undefined. */
export async function readMetrics(queries: MetricsQueries, windowMs: number): Promise<Reading> {
  const ask = async (query: MetricsQuery): Promise<number | undefined> => {
    try {
      return await queries.evaluate(query);
    } catch (error) {
      if (error instanceof PortError) return undefined;
      throw error;
    }
  };
  const side = async (backend: CanaryBackend): Promise<SideReading> => {
    const count = (labels: Readonly<Record<string, string>>): Promise<number | undefined> =>
      ask({ kind: 'increase', name: canaryRequestsMetric, labels: { backend, ...labels }, windowMs });
    const [requests, errors, seconds] = await Promise.all([
      count({}),
      count({ outcome: 'error' }),
      ask({ kind: 'quantile', quantile: 0.95, name: canarySecondsMetric, labels: { backend }, windowMs }),
    ]);
    const isKnown = requests !== undefined && requests > 0 && errors !== undefined;
    return {
      requests,
      errorRate: isKnown ? errors / requests : undefined,
      p95Ms: seconds === undefined || Number.isNaN(seconds) ? undefined : seconds * 1000,
    };
  };
  const [canary, stable, taskSuccess, agentHealth] = await Promise.all([
    side('canary'),
    side('stable'),
    ask({ kind: 'gauge', name: taskSuccessMetric, labels: {} }),
    ask({ kind: 'gauge', name: agentHealthMetric, labels: {} }),
  ]);
  return { canary, stable, taskSuccess, agentHealth };
}
