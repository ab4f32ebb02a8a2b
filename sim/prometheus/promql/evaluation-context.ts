import type { PromqlDeviation } from './deviation.ts';
import type { PromSeries } from './series.ts';

/** What a query is evaluated over. */
export interface EvaluationContext {
  readonly series: readonly PromSeries[];
  /** When the query is asked: `start()` and `end()`. */
  readonly queryMs: number;
  /** How old the last sample of a series may be. */
  readonly lookbackMs: number;
  /** Step of subqueries that name none. */
  readonly evaluationIntervalMs: number;
  readonly deviations: ReadonlySet<PromqlDeviation>;
}
