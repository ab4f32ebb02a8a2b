import { nodeAt } from '../documents/manifest-node.ts';
import { hasTrafficRouting } from '../input/replicas.ts';
import { placeOf } from '../input/resource.ts';
import type { LintRule } from './rule.ts';

export const canaryGoneAfterAbort: LintRule = {
  id: 'L12',
  title: 'Canary is scaled down 30 s after an abort',
  effect:
    'the canary is gone 30 s after an abort, with tools that still route to it and a backlog that it has not read; L1 keeps it running',
  fix: 'set abortScaleDownDelaySeconds: 0 (keep) and scale down once the list is empty and the backlog 0',
  source: 'delivery L12, 17, C20, F44',
  check: (input) =>
    input.resources
      .filter((resource) => resource.kind === 'Rollout' && hasTrafficRouting(resource))
      .filter(
        ({ root }) => nodeAt(root, 'spec', 'strategy', 'canary', 'abortScaleDownDelaySeconds') === undefined,
      )
      .map((rollout) => ({
        place: placeOf(rollout.root, 'spec', 'strategy', 'canary'),
        why: `Rollout ${rollout.name} sets no abortScaleDownDelaySeconds; the default is 30`,
      })),
};
