/** One pod as the autoscaler sees it. */
export interface ScaledPod {
  /** CPU in use; undefined while there is no measurement of it. */
  readonly usageMilli: number | undefined;
  readonly requestMilli: number;
  /** Neither Pending nor in the doubtful start of its life (delivery 79). */
  readonly ready: boolean;
}

/** Ratios within are left alone; the bounds themselves are within (delivery 78). */
const lowerTolerance = 0.9;
const upperTolerance = 1.1;

/** Whether a ratio of use to target is near enough to 1 to change nothing (delivery 77, 78). */
export function withinTolerance(ratio: number): boolean {
  return ratio >= lowerTolerance && ratio <= upperTolerance;
}

/**
 * Replicas for a ratio when every pod is ready and measured (delivery 78): counted from the ready pods, not from
 * `spec.replicas`.
 */
export function replicasForRatio(current: number, readyPods: number, ratio: number): number {
  return withinTolerance(ratio) ? current : Math.ceil(ratio * readyPods);
}

/**
 * Replicas that bring CPU to `targetPercent` of the request; undefined when no pod is measured, which changes nothing.
 * Pods without a measurement count as full when scaling down and as idle when scaling up, pods that are not ready as
 * idle when scaling up; if that turns the direction, nothing changes (delivery 78, 79).
 */
export function replicasForCpu(
  current: number,
  targetPercent: number,
  pods: readonly ScaledPod[],
): number | undefined {
  const measured: ScaledPod[] = [];
  const unready = pods.filter((pod) => !pod.ready);
  const missing = pods.filter((pod) => pod.ready && pod.usageMilli === undefined);
  for (const pod of pods) if (pod.ready && pod.usageMilli !== undefined) measured.push(pod);
  if (measured.length === 0) return undefined;
  const ratio = utilizationRatio(measured, targetPercent);
  const countUnready = unready.length > 0 && ratio > 1;
  if (!countUnready && missing.length === 0) return replicasForRatio(current, measured.length, ratio);
  const assumed = [...measured];
  for (const pod of missing) {
    const share = ratio < 1 ? Math.max(100, targetPercent) / 100 : 0;
    assumed.push({ ...pod, usageMilli: pod.requestMilli * share });
  }
  if (countUnready) for (const pod of unready) assumed.push({ ...pod, usageMilli: 0 });
  const newRatio = utilizationRatio(assumed, targetPercent);
  if (withinTolerance(newRatio) || (ratio < 1 && newRatio > 1) || (ratio > 1 && newRatio < 1)) return current;
  const replicas = Math.ceil(newRatio * assumed.length);
  if ((newRatio < 1 && replicas > current) || (newRatio > 1 && replicas < current)) return current;
  return replicas;
}

/** The percentage is a whole number, rounded down, before it is compared (delivery 78). */
function utilizationRatio(pods: readonly ScaledPod[], targetPercent: number): number {
  let usage = 0;
  let request = 0;
  for (const pod of pods) {
    usage += pod.usageMilli ?? 0;
    request += pod.requestMilli;
  }
  return Math.floor((100 * usage) / request) / targetPercent;
}
