import { lastingFault } from '../fault.ts';
import { breakHttp, managementImpact, requestShareParameter } from '../management-break.ts';
import { numberOf } from '../parameter.ts';

/** Management answers late (delivery F3). */
export const managementSlow = lastingFault({
  kind: 'management.slow',
  summary: 'the Management API answers late',
  effect:
    'Requests are carried out at once, their answers leave later: longer than a client waits, the client repeats what was done. Pushes to gateways are not slowed.',
  live: 'a toxiproxy latency toxic, downstream, before Management',
  rulesUsuallyHit: ['rollback.bound', 'routing.one-colour'],
  typicalDurationMs: [10_000, 300_000],
  parameters: [
    {
      name: 'delayMs',
      type: 'integer',
      unit: 'milliseconds',
      minimum: 1,
      maximum: 60_000,
      typical: [200, 3000],
      default: 1001,
      doc: 'by how much; clients wait for one second',
    },
    requestShareParameter,
  ],
  impact: managementImpact,
  begin(world, values, random) {
    const delayMs = numberOf(values, 'delayMs');
    return breakHttp(world, random, {
      servers: 'management-',
      share: numberOf(values, 'share'),
      leave: (_request, response) => ({ response, delayMs }),
    });
  },
});
