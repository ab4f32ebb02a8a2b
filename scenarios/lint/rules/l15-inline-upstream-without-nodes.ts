import { nodeAt } from '../documents/manifest-node.ts';
import { inlineUpstreams } from './inline-upstreams.ts';
import type { LintRule } from './rule.ts';

export const inlineUpstreamWithoutNodes: LintRule = {
  id: 'L15',
  title: 'Inline upstream without nodes',
  effect:
    'the configuration is rejected; the gateway keeps serving the previous one and says so only in its log',
  fix: 'give nodes (or service_name with discovery_type), or name an existing upstream by upstream_id',
  source: 'delivery L15, 46',
  check: (input) =>
    inlineUpstreams(input)
      .filter(
        (upstream) =>
          nodeAt(upstream, 'nodes') === undefined && nodeAt(upstream, 'service_name') === undefined,
      )
      .map((upstream) => ({ place: upstream.place, why: 'neither nodes nor service_name' })),
};
