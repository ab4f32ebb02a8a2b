import { numberAt, textAt, type MapEntry } from '../documents/manifest-node.ts';
import { hasTrafficRouting, replicasOf } from '../input/replicas.ts';
import { canarySteps, type Resource } from '../input/resource.ts';
import type { Found, LintRule } from './rule.ts';

/** Replicas that a step fixes for the canary; undefined where it sets none or follows the weight. */
function fixedReplicas(step: MapEntry, replicas: number): number | undefined {
  if (textAt(step.value, 'matchTrafficWeight') === 'true') return undefined;
  const weight = numberAt(step.value, 'weight');
  return (
    numberAt(step.value, 'replicas') ??
    (weight === undefined ? undefined : Math.ceil((weight * replicas) / 100))
  );
}

function stickyScales(rollout: Resource): readonly Found[] {
  const replicas = replicasOf(rollout);
  const found: Found[] = [];
  let fixed: { readonly step: MapEntry; readonly canary: number } | undefined;
  let worst = 0;
  const report = (): void => {
    if (fixed === undefined || worst === 0) return;
    const why = `${fixed.canary} of ${replicas} pods stay in force at setWeight ${worst}, which needs ${Math.ceil((worst * replicas) / 100)}`;
    found.push({ place: fixed.step.keyPlace, why });
  };
  for (const step of canarySteps(rollout)) {
    if (step.key === 'setCanaryScale') {
      report();
      const canary = fixedReplicas(step, replicas);
      fixed = canary === undefined ? undefined : { step, canary };
      worst = 0;
    }
    const weight = step.key === 'setWeight' ? numberAt(step.value) : undefined;
    if (weight === undefined || fixed === undefined) continue;
    if (Math.ceil((weight * replicas) / 100) > fixed.canary) worst = Math.max(worst, weight);
  }
  report();
  return found;
}

export const stickyCanaryScale: LintRule = {
  id: 'L7',
  title: 'setCanaryScale stays in force for later weights',
  effect: 'the canary gets more traffic than it has pods for: overload, and a gate that judges the overload',
  fix: 'add setCanaryScale: {matchTrafficWeight: true} before the weight rises',
  source: 'delivery L7, 10',
  check: (input) =>
    input.resources
      .filter((resource) => resource.kind === 'Rollout' && hasTrafficRouting(resource))
      .flatMap(stickyScales),
};
