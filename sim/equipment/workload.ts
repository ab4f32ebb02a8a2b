/** All that is decided about a context when it starts; its readings follow as time goes on. */
export interface ContextPlan {
  readonly recipe: string;
  readonly chamber: number;
  readonly abnormal: boolean;
  /** Identity of the recorded wafer; absent where the readings are synthetic. */
  readonly wafer: string | undefined;
  readonly svids: readonly number[];
  /** Samples of each SVID, evenly spaced. */
  readonly sampleCount: number;
  readonly samplePeriodUs: number;
  /**
   * Writes the readings of samples `from` ≤ i < `until` of every SVID; SVID number s has its column at
   * `s * sampleCount`. To be called for all samples once, in order and in the same pieces.
   */
  fill(values: Float64Array, from: number, until: number): void;
}

/** One machine in the fab's inventory. */
export interface ToolProfile {
  readonly tool: string;
  readonly chambers: number;
  /** SVIDs × Hz × seconds of a typical context, in points. */
  readonly weight: number;
  readonly typicalCycleMs: number;
  /** A bottleneck of the fab, which joins a canary last (delivery R79). */
  readonly critical: boolean;
}

/** What the tools measure. A plan depends on the seed, the tool and the context, never on what befell earlier ones. */
export interface Workload {
  profile(tool: number): ToolProfile;
  plan(tool: number, contextSequence: number): ContextPlan;
  /** Encoded U-charts of contexts that are known to be good, by recipe: what limits are learnt from. */
  qualifiedCharts(): ReadonlyMap<string, readonly Uint8Array[]>;
}

/** Points of each SVID in one request (delivery R4). */
export const samplesPerRequest = 3;

/** Requests of a context: three samples each, the last one may be shorter. */
export function requestCountOf(plan: ContextPlan): number {
  return Math.ceil(plan.sampleCount / samplesPerRequest);
}

export function durationUsOf(plan: ContextPlan): number {
  return plan.sampleCount * plan.samplePeriodUs;
}

/** `tool-0001` for the first one. */
export function toolIdOf(tool: number): string {
  return `tool-${String(tool + 1).padStart(4, '0')}`;
}
