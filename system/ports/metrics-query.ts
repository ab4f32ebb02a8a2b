/** Equality matchers on labels. */
export type LabelMatchers = Readonly<Record<string, string>>;

/** What a gate can ask, as data; the real adapter turns it into PromQL of the same meaning. */
export type MetricsQuery =
  /** `sum(increase(name{…}[window]))` */
  | {
      readonly kind: 'increase';
      readonly name: string;
      readonly labels: LabelMatchers;
      readonly windowMs: number;
    }
  /** `histogram_quantile(q, sum by (le) (rate(name_bucket{…}[window])))`, in the histogram's own unit */
  | {
      readonly kind: 'quantile';
      readonly quantile: number;
      readonly name: string;
      readonly labels: LabelMatchers;
      readonly windowMs: number;
    }
  /** `sum(name{…})` of the last samples that are not stale */
  | { readonly kind: 'gauge'; readonly name: string; readonly labels: LabelMatchers };

/** Asks the metrics store. Empty result (no series, fewer than two samples, no traffic): undefined, never zero (delivery 87–92). */
export interface MetricsQueries {
  /** Rejects with a `PortError`: `timeout`, `disconnected`, `connection-refused`. */
  evaluate(query: MetricsQuery): Promise<number | undefined>;
}
