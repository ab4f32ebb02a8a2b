/** Deliberate errors of the evaluation, which the records of the real Prometheus must find. */
export const promqlDeviations = [
  'window-closed-at-its-start',
  'no-extrapolation',
  'extrapolates-below-zero',
  'extrapolates-to-the-edge',
  'resets-ignored',
  'staleness-ignored',
  'stale-ends-windows',
  'lookback-closed',
  'rate-is-increase',
  'empty-sum-is-zero',
  'nan-is-zero',
  'first-bucket-from-its-bound',
  'infinite-bucket-is-infinite',
  'name-survives-arithmetic',
  'name-survives-rate',
  'comparison-is-bool',
  'on-keeps-all-labels',
  'offset-forward',
  'subquery-unaligned',
] as const;

export type PromqlDeviation = (typeof promqlDeviations)[number];
