import { nodeAt, textAt, walk } from '../documents/manifest-node.ts';
import { colourOf } from '../input/resource.ts';
import type { Found, LintRule } from './rule.ts';

export const sharedNatsConfig: LintRule = {
  id: 'L8',
  title: 'Stable and canary read the same NATS settings',
  effect:
    'both versions talk to the same NATS: the isolation of the colours is void, and an edit reaches stable pods at their next restart',
  fix: 'name the ConfigMap by colour (or by content) and let the pod template name it, so that each version keeps its own',
  source: 'delivery L8, 24, F58',
  check: (input) =>
    input.resources
      .filter((resource) => resource.kind === 'Rollout')
      .flatMap((rollout) => {
        const template = nodeAt(rollout.root, 'spec', 'template', 'spec');
        const found: Found[] = [];
        if (template === undefined) return found;
        const seen = new Set<string>();
        walk(template, (node, path) => {
          const owner = path.at(-1);
          if (owner !== 'configMapRef' && owner !== 'configMapKeyRef' && owner !== 'configMap') return;
          const nameNode = nodeAt(node, 'name');
          const name = textAt(nameNode) ?? '';
          const isNats = /nats/i.test(name) || /nats/i.test(textAt(node, 'key') ?? '');
          // A hash at the end is what kustomize adds: a new content is a new name.
          const versioned = colourOf(name) !== undefined || /-[bcdfghjkmnpqrstvwxz2456789]{8,10}$/.test(name);
          if (nameNode === undefined || !isNats || versioned || seen.has(name)) return;
          seen.add(name);
          found.push({
            place: nameNode.place,
            why: `both ReplicaSets of Rollout ${rollout.name} read ConfigMap ${name}, whose name knows no colour`,
          });
        });
        return found;
      }),
};
