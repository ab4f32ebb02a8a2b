import { walk } from '../documents/manifest-node.ts';
import type { Found, LintRule } from './rule.ts';

const ownKey = /^(key|strategy|key_?strategy|format|key_?format|template|pattern)$/i;
const above = /idempot|^key([ _-]?(generation|strategy))?$/i;
const changing = /^(timestamp|time|now|date|datetime|nonce|random|uuid|ts|created_at)$/i;

export const timestampInKey: LintRule = {
  id: 'L40',
  title: 'Idempotency key that changes with each attempt',
  effect:
    'a retry has another key than the first attempt: nothing is deduplicated, the operation happens twice',
  fix: 'build the key from what names the operation: tool, context id, chunk (C39)',
  source: 'delivery L40, C39',
  check: (input) =>
    input.trees.flatMap((tree) => {
      const found: Found[] = [];
      walk(tree, (node, path) => {
        if (node.kind !== 'scalar' || typeof node.value !== 'string') return;
        const keys = path.filter((key) => key !== '[]');
        if (!ownKey.test(keys.at(-1) ?? '') || !keys.slice(0, -1).some((key) => above.test(key))) return;
        const part = node.value.split(/[^\w]+/).find((word) => changing.test(word));
        if (part !== undefined)
          found.push({ place: node.place, why: `${part} is part of the key "${node.value}"` });
      });
      return found;
    }),
};
