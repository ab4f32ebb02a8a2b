import { nodeAt, textAt, walk, type ManifestNode } from '../documents/manifest-node.ts';
import type { Found, LintRule } from './rule.ts';

const operators = new Set([
  '==',
  '~=',
  '>',
  '>=',
  '<',
  '<=',
  '~~',
  '~*',
  'in',
  'IN',
  'has',
  'HAS',
  'ipmatch',
  'IPMATCH',
]);
const logical = new Set(['OR', 'AND', '!OR', '!AND', 'or', 'and']);

/** What is wrong with one expression of `vars`, or undefined. */
function problemOf(expression: ManifestNode): string | undefined {
  if (expression.kind !== 'list') return 'an expression is a list: [variable, operator, value]';
  const words = expression.items.map((item) => textAt(item));
  const operator = words[1] === '!' ? words[2] : words[1];
  const length = words[1] === '!' ? 4 : 3;
  if (operator === undefined || !operators.has(operator)) return `there is no operator ${operator ?? 'here'}`;
  return words.length === length
    ? undefined
    : `an expression has ${length} elements, this has ${words.length}`;
}

function problems(vars: ManifestNode): readonly Found[] {
  if (vars.kind !== 'list') return [];
  return vars.items.flatMap((item): readonly Found[] => {
    if (item.kind === 'scalar' && logical.has(textAt(item) ?? '')) return [];
    if (item.kind === 'list' && logical.has(textAt(item.items[0]) ?? '')) {
      return problems({ ...item, items: item.items.slice(1) });
    }
    const why = problemOf(item);
    return why === undefined ? [] : [{ place: item.place, why }];
  });
}

export const invalidVars: LintRule = {
  id: 'L16',
  title: 'Expression that vars does not know',
  effect: 'the configuration is rejected; the gateway keeps serving the previous one',
  fix: 'use [variable, operator, value] with ==, ~=, <, <=, >, >=, ~~, ~*, in, has, ipmatch; a share of tools is a list of tools (C9)',
  source: 'delivery L16, 45',
  check: (input) =>
    input.trees.flatMap((tree) => {
      const found: Found[] = [];
      walk(tree, (node, path) => {
        const parent = path.at(-1);
        if (node.kind === 'list' && parent === 'vars') found.push(...problems(node));
        // ApisixRoute writes the same as a map with its own names.
        if (parent === '[]' && path.at(-2) === 'exprs' && nodeAt(node, 'subject') !== undefined) {
          const operator = textAt(node, 'op') ?? '';
          if (
            !/^(Equal|NotEqual|GreaterThan(Equal)?|LessThan(Equal)?|In|NotIn|RegexMatch(CaseInsensitive)?|RegexNotMatch(CaseInsensitive)?)$/.test(
              operator,
            )
          ) {
            found.push({ place: node.place, why: `there is no operator ${operator}` });
          }
        }
      });
      return found;
    }),
};
