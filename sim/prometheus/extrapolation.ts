/** Samples of one series within a window, oldest first; only the first `count` entries count. */
export interface SampleRun {
  count: number;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
}

export function emptyRun(capacity: number): SampleRun {
  return { count: 0, timesMs: new Float64Array(capacity), values: new Float64Array(capacity) };
}

/**
 * `increase` of a counter over (startMs, endMs], as Prometheus 3 computes it; undefined with fewer than two samples.
 * A drop is a reset: what was there before is added. The result is stretched to the edges of the window that are
 * nearer than 1.1 sample distances, else by half a distance, and at the start never beyond the point where the counter
 * would have been zero (delivery 87).
 */
export function extrapolatedIncrease(run: SampleRun, startMs: number, endMs: number): number | undefined {
  const { count, timesMs, values } = run;
  if (count < 2) return undefined;
  const firstMs = timesMs[0] as number;
  const lastMs = timesMs[count - 1] as number;
  const firstValue = values[0] as number;
  let increase = (values[count - 1] as number) - firstValue;
  for (let index = 1; index < count; index++) {
    const previous = values[index - 1] as number;
    if ((values[index] as number) < previous) increase += previous;
  }
  const sampledMs = lastMs - firstMs;
  const distanceMs = sampledMs / (count - 1);
  const nearMs = distanceMs * 1.1;
  let toStartMs = firstMs - startMs;
  if (toStartMs >= nearMs) toStartMs = distanceMs / 2;
  if (increase > 0 && firstValue >= 0) {
    toStartMs = Math.min(toStartMs, sampledMs * (firstValue / increase));
  }
  let toEndMs = endMs - lastMs;
  if (toEndMs >= nearMs) toEndMs = distanceMs / 2;
  return increase * ((sampledMs + toStartMs + toEndMs) / sampledMs);
}
