import { lastingFault } from '../fault.ts';
import { directionOf, directionParameter } from '../link-break.ts';
import { beginOnLinks, linkImpact, pathParameter, shareParameter } from '../link-group.ts';
import { numberOf, textOf } from '../parameter.ts';
import { anyColourParameter } from '../target-group.ts';

/** Loses packets between two groups of machines. */
export const linkLoss = lastingFault({
  kind: 'link.loss',
  summary: 'packets between two groups are lost',
  effect:
    'A share of the packets on the chosen links is lost, which shows as retransmission delay of what follows, never as a missing message (dst §2.5).',
  live: 'tc qdisc add dev eth0 root netem loss, with a filter for the peers',
  rulesUsuallyHit: ['budget.processing'],
  typicalDurationMs: [10_000, 300_000],
  parameters: [
    pathParameter,
    anyColourParameter,
    shareParameter,
    {
      name: 'lossRate',
      type: 'number',
      unit: 'share of packets',
      minimum: 0,
      maximum: 1,
      typical: [0.01, 0.3],
      default: 0.05,
      doc: 'how many are lost',
    },
    directionParameter,
  ],
  impact: linkImpact,
  begin(world, values, random) {
    return beginOnLinks(
      world,
      values,
      random,
      { lossRate: numberOf(values, 'lossRate') },
      directionOf(textOf(values, 'direction')),
    );
  },
});
