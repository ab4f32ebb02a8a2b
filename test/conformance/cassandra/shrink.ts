import type { Sequence } from './step.ts';

/**
 * Looks for a shorter sequence that still fails: leaves out halves, quarters … single steps, then waits. Each candidate
 * runs anew, so what fails only sometimes may stay longer than it needs to be.
 */
export async function shrinkSequence(
  sequence: Sequence,
  fails: (candidate: Sequence) => Promise<boolean>,
): Promise<Sequence> {
  let best = sequence;
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < best.length;) {
      const candidate = [...best.slice(0, start), ...best.slice(start + size)];
      if (candidate.length > 0 && (await fails(candidate))) best = candidate;
      else start += size;
    }
  }
  for (const [index, step] of best.entries()) {
    if (step.waitMs === 0) continue;
    const candidate = best.with(index, { ...step, waitMs: 0 });
    if (await fails(candidate)) best = candidate;
  }
  return best;
}
