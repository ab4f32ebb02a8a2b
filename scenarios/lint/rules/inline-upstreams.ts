import { itemsAt, nodeAt, type ManifestNode } from '../documents/manifest-node.ts';
import type { LintInput } from '../input/lint-input.ts';

/** Upstreams that rules of traffic-split write out in place of naming one by its id. */
export function inlineUpstreams(input: LintInput): readonly ManifestNode[] {
  return input.plugins
    .filter((plugin) => plugin.name === 'traffic-split')
    .flatMap(({ config }) => itemsAt(config, 'rules'))
    .flatMap((rule) => itemsAt(rule, 'weighted_upstreams'))
    .flatMap((item) => nodeAt(item, 'upstream') ?? []);
}
