import { nodeAt, textAt } from '../documents/manifest-node.ts';
import { canarySteps, labelsAt, placeOf, sameNamespace, type Resource } from '../input/resource.ts';
import type { LintInput } from '../input/lint-input.ts';
import { analysisUses } from '../input/analysis-uses.ts';
import type { Found, LintRule } from './rule.ts';

function belongTogether(left: Resource, right: Resource): boolean {
  if (!sameNamespace(left, right)) return false;
  const part = (rollout: Resource): string | undefined =>
    labelsAt(rollout.root, 'metadata', 'labels').get('app.kubernetes.io/part-of');
  if (part(left) !== undefined && part(left) === part(right)) return true;
  return /collector/i.test(left.name) && /defender/i.test(right.name);
}

/** Whether something outside decides when this Rollout goes on: an unlimited pause before each weight, or a gate that asks for the other. */
function waits(input: LintInput, rollout: Resource, other: Resource): boolean {
  const steps = canarySteps(rollout);
  const weights = steps.filter((step) => step.key === 'setWeight' || step.key === 'setCanaryScale');
  const barriers = steps.filter(
    (step) => step.key === 'pause' && nodeAt(step.value, 'duration') === undefined,
  );
  if (weights.length > 0 && barriers.length >= weights.length) return true;
  const templates = new Set(
    analysisUses(input)
      .filter((use) => use.owner === rollout)
      .map((use) => use.template),
  );
  return input.metrics
    .filter((metric) => templates.has(metric.template.name))
    .some((metric) => {
      const asked = `${metric.query?.text.text ?? ''} ${textAt(metric.node, 'provider', 'web', 'url') ?? ''}`;
      return asked.includes(other.name) || asked.includes('/routing/approval');
    });
}

export const uncoordinatedRollouts: LintRule = {
  id: 'L9',
  title: 'Data Collector and Defender roll out on their own',
  effect: 'one aborts while the other promotes: version skew, and a backlog that nobody reads',
  fix: 'move both in lockstep: an unlimited pause before each weight that one controller ends in both, or a gate in each that asks for the other',
  source: 'delivery L9, F56',
  check: (input) => {
    const rollouts = input.resources.filter(
      ({ kind, root }) => kind === 'Rollout' && nodeAt(root, 'spec', 'strategy', 'canary') !== undefined,
    );
    const found: Found[] = [];
    for (const left of rollouts) {
      for (const right of rollouts) {
        if (left === right || !belongTogether(left, right)) continue;
        // Parts of one system are told once, at the first of them.
        if (belongTogether(right, left) && rollouts.indexOf(left) > rollouts.indexOf(right)) continue;
        if (waits(input, left, right) && waits(input, right, left)) continue;
        found.push({
          place: placeOf(right.root, 'spec', 'strategy', 'canary'),
          why: `nothing makes ${right.name} and ${left.name} wait for each other`,
        });
      }
    }
    return found;
  },
};
