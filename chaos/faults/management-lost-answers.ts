import { lastingFault } from '../fault.ts';
import { breakHttp, managementImpact, requestShareParameter } from '../management-break.ts';
import { numberOf } from '../parameter.ts';

/** Management does what it is asked, and its answer is lost (delivery F9). */
export const managementLostAnswers = lastingFault({
  kind: 'management.lost-answers',
  summary: 'changes at Management are made, and their answers lost',
  effect:
    'Requests that change something are carried out, and the client hears nothing until it gives up: it cannot know, and asks again. Questions are answered.',
  live: 'a proxy before Management that drops the answers of POST requests',
  rulesUsuallyHit: ['routing.one-colour', 'rollback.bound'],
  typicalDurationMs: [60_000, 900_000],
  parameters: [requestShareParameter],
  impact: managementImpact,
  begin: (world, values, random) =>
    breakHttp(world, random, {
      servers: 'management-',
      share: numberOf(values, 'share'),
      concerns: ({ method }) => method !== 'GET',
      leave: () => undefined,
    }),
});
