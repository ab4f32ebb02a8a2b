/** Folds the sign into the lowest bit, so that small differences of either sign become small integers. */
export function zigzag(value: number): number {
  return value >= 0 ? 2 * value : -2 * value - 1;
}

/** The inverse of {@link zigzag}. */
export function unzigzag(folded: number): number {
  const half = Math.floor(folded / 2);
  return half * 2 === folded ? half : -half - 1;
}

/** Differences beyond this are not packed, since they would no longer be exact when zig-zagged. */
export const maxPackedDifference = 2 ** 51;
