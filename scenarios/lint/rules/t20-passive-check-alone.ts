import { entryOf, nodeAt, walk } from '../documents/manifest-node.ts';
import type { Found, LintRule } from './rule.ts';

export const passiveCheckAlone: LintRule = {
  id: 'T20',
  title: 'Passive health check without an active one',
  effect: 'the configuration is rejected: a node that is taken out could never come back',
  fix: 'add an active check (http or tcp)',
  source: 'delivery 51',
  check: (input) =>
    input.trees.flatMap((tree) => {
      const found: Found[] = [];
      walk(tree, (node, path) => {
        if (path.at(-1) !== 'checks' && path.at(-1) !== 'healthCheck') return;
        const passive = entryOf(node, 'passive');
        if (passive === undefined || nodeAt(node, 'active') !== undefined) return;
        found.push({ place: passive.keyPlace, why: 'there is no active check beside it' });
      });
      return found;
    }),
};
