import type { Plan } from './plan.ts';

/** Tries in all; each runs on a real server. */
const tryLimit = 80;

/**
 * Leaves out steps, halves first and single ones last, as long as the plan still fails. Candidates of one size are tried
 * at the same time, so that waiting for a real server costs little.
 */
export async function shrink(plan: Plan, fails: (plan: Plan) => Promise<boolean>): Promise<Plan> {
  let smallest = plan;
  let tries = 0;
  for (let size = Math.ceil(plan.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    let progress = true;
    while (progress && tries < tryLimit) {
      const candidates = without(smallest, size);
      tries += candidates.length;
      const verdicts = await Promise.all(candidates.map(fails));
      const found = candidates.find((_, place) => verdicts[place] === true);
      progress = found !== undefined;
      if (found !== undefined) smallest = found;
    }
  }
  return smallest;
}

function without(plan: Plan, size: number): readonly Plan[] {
  const { steps } = plan;
  const candidates: Plan[] = [];
  for (let start = 0; start < steps.length; start += size) {
    candidates.push({ ...plan, steps: [...steps.slice(0, start), ...steps.slice(start + size)] });
  }
  return candidates.filter((candidate) => candidate.steps.length < steps.length);
}
