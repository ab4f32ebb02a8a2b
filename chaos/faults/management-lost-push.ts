import { lastingFault } from '../fault.ts';
import { breakHttp, managementImpact, pushPath, requestShareParameter } from '../management-break.ts';
import { numberOf } from '../parameter.ts';

/** Lists that Management pushes do not arrive. */
export const managementLostPush = lastingFault({
  kind: 'management.lost-push',
  summary: 'lists that Management pushes to gateways are lost',
  effect:
    'A pushed list disappears on its way. A gateway hears of it with its next refresh, 5 s apart: what a rollback takes without pushes.',
  live: 'a NetworkPolicy from Management to the control port of the gateways; polls go the other way',
  rulesUsuallyHit: ['rollback.bound', 'routing.one-colour'],
  typicalDurationMs: [60_000, 900_000],
  parameters: [requestShareParameter],
  impact: managementImpact,
  begin: (world, values, random) =>
    breakHttp(world, random, {
      servers: 'gateway-',
      share: numberOf(values, 'share'),
      concerns: ({ method, path }) => method === 'POST' && path === pushPath,
      refuse: () => undefined,
    }),
});
