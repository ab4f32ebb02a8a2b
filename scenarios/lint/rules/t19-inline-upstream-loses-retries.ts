import { entryOf } from '../documents/manifest-node.ts';
import { inlineUpstreams } from './inline-upstreams.ts';
import type { LintRule } from './rule.ts';

export const inlineUpstreamLosesRetries: LintRule = {
  id: 'T19',
  title: 'Setting that an inline upstream drops',
  effect: 'traffic-split copies neither retries nor health checks: unhealthy pods keep getting requests',
  fix: 'define the upstream on its own and name it by upstream_id',
  source: 'delivery 46',
  check: (input) =>
    inlineUpstreams(input).flatMap((upstream) =>
      ['retries', 'retry_timeout', 'checks', 'keepalive_pool'].flatMap((key) => {
        const entry = entryOf(upstream, key);
        return entry === undefined
          ? []
          : [{ place: entry.keyPlace, why: `${key} of an inline upstream is ignored` }];
      }),
    ),
};
