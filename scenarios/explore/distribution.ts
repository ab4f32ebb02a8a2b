/** Of times in milliseconds. `never` counts cases in which it did not come to that. */
export interface Distribution {
  readonly count: number;
  readonly never: number;
  /** By nearest rank; null where there is none. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly maxMs: number | null;
}

export function distributionOf(values: readonly (number | null)[]): Distribution {
  const known = values.filter((value) => value !== null).toSorted((left, right) => left - right);
  const rank = (share: number): number | null => known[Math.ceil(share * known.length) - 1] ?? null;
  return {
    count: values.length,
    never: values.length - known.length,
    p50Ms: rank(0.5),
    p95Ms: rank(0.95),
    maxMs: known.at(-1) ?? null,
  };
}
