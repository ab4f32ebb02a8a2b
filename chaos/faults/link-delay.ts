import { lastingFault } from '../fault.ts';
import { directionOf, directionParameter } from '../link-break.ts';
import { beginOnLinks, linkImpact, pathParameter, shareParameter } from '../link-group.ts';
import { numberOf, textOf } from '../parameter.ts';
import { anyColourParameter } from '../target-group.ts';

/** Delays what passes between two groups of machines. */
export const linkDelay = lastingFault({
  kind: 'link.delay',
  summary: 'messages between two groups are late',
  effect:
    'Every message on the chosen links takes longer, by a fixed part and an exponentially drawn part. Order within a connection is kept.',
  live: 'tc qdisc add dev eth0 root netem delay, with a filter for the peers',
  rulesUsuallyHit: ['budget.processing', 'rollback.bound'],
  typicalDurationMs: [10_000, 300_000],
  parameters: [
    pathParameter,
    anyColourParameter,
    shareParameter,
    {
      name: 'delayMs',
      type: 'integer',
      unit: 'milliseconds',
      minimum: 0,
      maximum: 60_000,
      typical: [5, 500],
      default: 100,
      doc: 'added to every message, one way',
    },
    {
      name: 'jitterMs',
      type: 'integer',
      unit: 'milliseconds',
      minimum: 0,
      maximum: 60_000,
      typical: [0, 200],
      default: 20,
      doc: 'mean of the drawn part that comes on top',
    },
    directionParameter,
  ],
  impact: linkImpact,
  begin(world, values, random) {
    return beginOnLinks(
      world,
      values,
      random,
      {
        extraDelayUs: numberOf(values, 'delayMs') * 1000,
        extraJitterUs: numberOf(values, 'jitterMs') * 1000,
      },
      directionOf(textOf(values, 'direction')),
    );
  },
});
