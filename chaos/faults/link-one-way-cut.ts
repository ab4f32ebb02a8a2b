import { lastingFault } from '../fault.ts';
import { beginOnLinks, linkImpact, pathParameter, shareParameter } from '../link-group.ts';
import { anyColourParameter } from '../target-group.ts';

/** Cuts one direction between two groups of machines. */
export const linkOneWayCut = lastingFault({
  kind: 'link.one-way-cut',
  summary: 'one group can no longer send to another, but still hears it',
  effect:
    'What the first group sends to the second is swallowed; the other way works. Requests arrive nowhere, or their answers do, and connections stay open until they time out.',
  live: 'iptables -A INPUT -s FROM -j DROP at the second group',
  rulesUsuallyHit: ['effect.exactly-once', 'recovery.crash'],
  typicalDurationMs: [5_000, 120_000],
  parameters: [pathParameter, anyColourParameter, shareParameter],
  impact: linkImpact,
  begin(world, values, random) {
    return beginOnLinks(world, values, random, { cut: true }, 'outbound');
  },
});
