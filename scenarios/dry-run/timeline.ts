import type { CanarySpec, CanaryStepSpec } from './argo/canary-spec.ts';
import type { RolloutState } from './argo/rollout-state.ts';

/** What differs between two states, a line for each thing. */
export function describeChange(
  spec: CanarySpec,
  before: RolloutState,
  after: RolloutState,
): readonly string[] {
  const lines: string[] = [];
  if (after.aborted !== before.aborted) {
    lines.push(after.aborted === undefined ? 'retried' : `aborted: ${after.aborted.message}`);
  }
  if (after.stepIndex !== before.stepIndex) {
    const step = spec.steps[after.stepIndex];
    lines.push(
      step === undefined
        ? `step ${after.stepIndex}/${spec.steps.length}: all steps done`
        : `step ${after.stepIndex}/${spec.steps.length}: ${describeStep(step)}`,
    );
  }
  if (after.pause !== before.pause) {
    lines.push(after.pause === undefined ? 'goes on' : `paused: ${after.pause.reason}`);
  }
  if (after.weight !== before.weight) lines.push(`weight ${before.weight} → ${after.weight} %`);
  for (const role of ['canary', 'stable'] as const) {
    const [old, next] = [before[role], after[role]];
    if (old.desired !== next.desired || old.available !== next.available) {
      lines.push(`${role} ${next.available}/${next.desired} pods`);
    }
  }
  if (after.promoted && !before.promoted) lines.push('promoted: the new version is stable');
  return lines;
}

function describeStep(step: CanaryStepSpec): string {
  switch (step.kind) {
    case 'setWeight':
      return `setWeight ${step.weight}`;
    case 'pause':
      return step.durationMs === undefined ? 'pause without an end' : `pause ${step.durationMs / 1000} s`;
    case 'setCanaryScale':
      return step.matchTrafficWeight
        ? 'setCanaryScale matchTrafficWeight'
        : `setCanaryScale ${step.replicas ?? `${step.weight ?? 0} %`}`;
    case 'analysis':
      return 'analysis';
    case 'route':
      return 'route of a header or a mirror';
  }
}
