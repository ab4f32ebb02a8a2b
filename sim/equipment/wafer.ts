/** One recorded wafer: the readings of one SVID over one context. */
export interface Wafer {
  /** As in the file; it stays with the context through to the report. */
  readonly id: string;
  readonly abnormal: boolean;
  readonly samples: Float64Array;
}

function halfOf(wafers: readonly Wafer[]): number {
  return Math.floor(wafers.length / 2);
}

/** The normal wafers of the first half (rounded down): the history that is qualified before the run. */
export function qualifiedWafers(wafers: readonly Wafer[]): readonly Wafer[] {
  return wafers.slice(0, halfOf(wafers)).filter((wafer) => !wafer.abnormal);
}

/** The second half: what the tools play and the system judges. */
export function playedWafers(wafers: readonly Wafer[]): readonly Wafer[] {
  return wafers.slice(halfOf(wafers));
}
