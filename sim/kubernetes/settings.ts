import type { RandomStream } from '../kernel/index.ts';

/** A duration that is drawn uniformly from [lowMs, highMs]. */
export interface DurationRange {
  readonly lowMs: number;
  readonly highMs: number;
}

/** Microseconds, drawn. */
export function drawUs(random: RandomStream, range: DurationRange): number {
  return Math.round((range.lowMs + (range.highMs - range.lowMs) * random.float()) * 1000);
}

export interface NodeSettings {
  readonly name: string;
  readonly cpuMilli: number;
  readonly podSlots: number;
}

/** Delays and capacities of a cluster (delivery §1N; those without a source there are proposals of it). */
export interface KubernetesSettings {
  readonly nodes: readonly NodeSettings[];
  /** From a change to the controller's reaction: watch, queue and API calls. */
  readonly controllerDelay: DurationRange;
  readonly scheduleDelay: DurationRange;
  /** The first time a node needs an image; afterwards it has it. */
  readonly imagePull: DurationRange;
  /** Images that every node has from the start. */
  readonly preloadedImages: readonly string[];
  /** From a deletion in the API to SIGTERM; also from a container's end to the kubelet's notice (delivery 71, 72). */
  readonly kubeletLag: DurationRange;
  /** From a pod's change to the callers of its service: slice controller, watch, apply (delivery 72). */
  readonly endpointLag: DurationRange;
  readonly apiLatency: DurationRange;
  /** After which a caller of the API server gives up. */
  readonly apiTimeoutMs: number;
  /** A node that is silent for this long is NotReady (delivery 76). */
  readonly nodeNotReadyMs: number;
  /** How long pods tolerate a NotReady node before they are deleted (delivery 76). */
  readonly tolerationMs: number;
  /** How often a drain asks again for a pod that it was refused (delivery 84). */
  readonly evictionRetryMs: number;
  readonly firstCrashBackoffMs: number;
  readonly longestCrashBackoffMs: number;
  /** A container that ran this long has its back-off forgotten. */
  readonly crashBackoffResetMs: number;
  /** Standard deviation of the offset that each pod's wall clock starts with. */
  readonly clockOffsetDeviationMs: number;
}

/** Twelve machines of 64 cores: room for both colours of the reference workload and their surge. */
export const defaultKubernetesSettings: KubernetesSettings = {
  nodes: nodesNamed('node', 12, 64_000, 110),
  controllerDelay: { lowMs: 5, highMs: 50 },
  scheduleDelay: { lowMs: 100, highMs: 1_000 },
  imagePull: { lowMs: 5_000, highMs: 60_000 },
  preloadedImages: [],
  kubeletLag: { lowMs: 0, highMs: 1_000 },
  endpointLag: { lowMs: 200, highMs: 2_000 },
  apiLatency: { lowMs: 5, highMs: 50 },
  apiTimeoutMs: 10_000,
  nodeNotReadyMs: 40_000,
  tolerationMs: 300_000,
  evictionRetryMs: 5_000,
  firstCrashBackoffMs: 10_000,
  longestCrashBackoffMs: 300_000,
  crashBackoffResetMs: 600_000,
  clockOffsetDeviationMs: 20,
};

/** `count` equal machines, `<prefix>-1` and so on. */
export function nodesNamed(
  prefix: string,
  count: number,
  cpuMilli: number,
  podSlots: number,
): readonly NodeSettings[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${prefix}-${index + 1}`,
    cpuMilli,
    podSlots,
  }));
}
