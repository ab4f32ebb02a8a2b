import { entriesAt, textAt } from '../documents/manifest-node.ts';
import type { LintRule } from './rule.ts';

export const canaryHeaderValue: LintRule = {
  id: 'L37',
  title: 'Header name that holds its value, too',
  effect: 'no request has a header of that name: nothing is routed by it',
  fix: 'canary-by-header: "X-Canary" and canary-by-header-value: "true"',
  source: 'delivery L37',
  check: (input) =>
    input.resources
      .filter((resource) => resource.kind === 'Ingress')
      .flatMap((ingress) =>
        entriesAt(ingress.root, 'metadata', 'annotations')
          .filter(({ key }) => /\/(canary-by-header|canary-by-cookie)$/.test(key))
          .filter(({ value }) => !/^[\w!#$%&'*+.^`|~-]+$/.test(textAt(value) ?? ''))
          .map(({ key, value }) => ({
            place: value.place,
            why: `${key.split('/')[1] ?? key} takes a name; "${textAt(value) ?? ''}" is none`,
          })),
      ),
};
