import type { CanarySpec, CanaryStepSpec } from './argo/canary-spec.ts';
import type { ExperimentTemplateSpec } from './argo/experiment-state.ts';
import { describeExperimentChange } from './experiment-timeline.ts';
import { canaryOf, replicaSetOf, type ReplicaSetState, type RolloutState } from './argo/rollout-state.ts';

/** What differs between two states, a line for each thing; `former` is the version that was stable at the start. */
export function describeChange(
  spec: CanarySpec,
  before: RolloutState,
  after: RolloutState,
  former: string,
): readonly string[] {
  const lines: string[] = [];
  const aborted = after.progress?.reason === 'RolloutAborted';
  if (aborted !== (before.progress?.reason === 'RolloutAborted')) {
    lines.push(aborted ? `aborted: ${after.progress?.message ?? ''}` : 'retried');
  }
  if (after.stepIndex !== before.stepIndex && after.stepIndex !== undefined) {
    const step = spec.steps[after.stepIndex];
    lines.push(
      step === undefined
        ? `step ${after.stepIndex}/${spec.steps.length}: all steps done`
        : `step ${after.stepIndex}/${spec.steps.length}: ${describeStep(step)}`,
    );
  }
  const [pause, earlier] = [after.pauses[0], before.pauses[0]];
  if (pause?.reason !== earlier?.reason) {
    lines.push(pause === undefined ? 'goes on' : `paused: ${pause.reason}`);
  }
  const promoted = after.stableVersion === after.version;
  const [weight, oldWeight] = [after.weights?.canary ?? 0, before.weights?.canary ?? 0];
  // Once the versions have changed places the weight speaks of the other one.
  if (weight !== oldWeight && !(promoted && before.stableVersion === before.version)) {
    lines.push(`weight ${oldWeight} → ${weight} %`);
  }
  const pods = (role: string, old: ReplicaSetState | undefined, next: ReplicaSetState | undefined): void => {
    if (next === undefined || (old?.desired === next.desired && old.available === next.available)) return;
    if (old === undefined && next.desired === 0) return;
    lines.push(`${role} ${next.available}/${next.desired} pods`);
  };
  pods('canary', canaryOf(before), canaryOf(after));
  pods('stable', replicaSetOf(before, former), replicaSetOf(after, former));
  for (const { id, stepIndex, state } of after.experiments) {
    const old = before.experiments.find((each) => each.id === id)?.state;
    if (old !== state) lines.push(...describeExperimentChange(`experiment of step ${stepIndex}`, old, state));
  }
  if (promoted && before.stableVersion !== before.version) lines.push('promoted: the new version is stable');
  return lines;
}

function templateText({ name, replicas, specRef, weight }: ExperimentTemplateSpec): string {
  const share = weight === undefined ? '' : ` with ${weight} %`;
  return `${name} ${replicas} × ${specRef}${share}`;
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
    case 'experiment':
      return `experiment: ${step.experiment.templates.map(templateText).join(', ')}`;
    case 'route':
      return 'route of a header or a mirror';
  }
}
