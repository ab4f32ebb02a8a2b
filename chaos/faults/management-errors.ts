import { lastingFault } from '../fault.ts';
import { breakHttp, managementImpact, requestShareParameter } from '../management-break.ts';
import { numberOf } from '../parameter.ts';

/** Management refuses requests with an error of its own (delivery F4). */
export const managementErrors = lastingFault({
  kind: 'management.errors',
  summary: 'the Management API answers with errors of its own',
  effect:
    'Requests are answered with the status, and a body of JSON that is no list, without being carried out. It looks as if it were there: neither refused nor timed out.',
  live: 'a proxy before Management that answers so; nginx `return 503`',
  rulesUsuallyHit: ['rollback.bound', 'routing.stale'],
  typicalDurationMs: [10_000, 300_000],
  parameters: [
    {
      name: 'status',
      type: 'integer',
      unit: 'HTTP status',
      minimum: 500,
      maximum: 599,
      typical: [500, 504],
      default: 503,
      doc: 'what it answers',
    },
    requestShareParameter,
  ],
  impact: managementImpact,
  begin(world, values, random) {
    const response = { status: numberOf(values, 'status'), body: '{"error":"injected"}' };
    return breakHttp(world, random, {
      servers: 'management-',
      share: numberOf(values, 'share'),
      refuse: () => response,
    });
  },
});
