import type { Disagreement } from './comparison.ts';

/** A disagreement for people: the steps that led to it, then both answers; the steps are ready for the corpus. */
export function describeDisagreement({ sequence, stepIndex, real, model }: Disagreement): string {
  const steps = sequence.steps.slice(0, stepIndex + 1);
  return [
    `${sequence.nodeCount} nodes, after ${steps.length} steps:`,
    ...steps.map((step) => `  ${JSON.stringify(step)}`),
    `  real   ${JSON.stringify(real)}`,
    `  model  ${JSON.stringify(model)}`,
  ].join('\n');
}
