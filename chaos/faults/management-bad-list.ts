import type { HttpResponse } from '../../system/ports/http.ts';
import { lastingFault } from '../fault.ts';
import { breakHttp, managementImpact, requestShareParameter, snapshotPath } from '../management-break.ts';
import { numberOf, textOf } from '../parameter.ts';

type ListBody = Readonly<Record<string, unknown>>;

/** Gateways that ask for the list are told something else (delivery F4–F7). */
export const managementBadList = lastingFault({
  kind: 'management.bad-list',
  summary: 'gateways that refresh their list get no list, a broken one, or an old one',
  effect:
    'Answers with a list are replaced: by a part of it, by HTML or nothing with a good status, by a list of a wrong type or with a tool twice, or by the first one seen since the fault began, as from a replica that stays behind. A gateway keeps the list it has.',
  live: 'a proxy before Management that rewrites the body of GET /api/v1/routing/snapshot',
  rulesUsuallyHit: ['routing.one-colour', 'rollback.bound'],
  typicalDurationMs: [60_000, 900_000],
  parameters: [
    {
      name: 'how',
      type: 'choice',
      choices: ['truncated', 'html', 'no-content', 'null-tools', 'wrong-type', 'doubled', 'stale'],
      default: 'truncated',
      doc: 'what is told in place of the list',
    },
    requestShareParameter,
  ],
  impact: managementImpact,
  begin(world, values, random) {
    const how = textOf(values, 'how');
    let first: HttpResponse | undefined;
    return breakHttp(world, random, {
      servers: 'management-',
      share: numberOf(values, 'share'),
      concerns: ({ method, path }) => method === 'GET' && path.startsWith(snapshotPath),
      leave: (_request, response) => {
        const isList = response.status === 200;
        if (!isList && (how === 'html' || how === 'no-content')) {
          return { response: told(how, '{}'), delayMs: 0 };
        }
        if (!isList) {
          // Who has the newest list is told so; a replica that stays behind does not know it yet.
          return { response: how === 'stale' && first !== undefined ? first : response, delayMs: 0 };
        }
        first ??= response;
        return { response: how === 'stale' ? first : told(how, response.body), delayMs: 0 };
      },
    });
  },
});

function told(how: string, body: string): HttpResponse {
  const list = JSON.parse(body) as ListBody;
  const tools = Array.isArray(list['canaryTools']) ? (list['canaryTools'] as readonly unknown[]) : [];
  const answer = (text: string): HttpResponse => ({ status: 200, body: text });
  switch (how) {
    case 'html':
      return answer('<html><body>It works!</body></html>');
    case 'no-content':
      return { status: 204, body: '' };
    case 'null-tools':
      return answer(JSON.stringify({ ...list, canaryTools: null }));
    case 'wrong-type':
      return answer(JSON.stringify({ ...list, canaryTools: tools.join(',') }));
    case 'doubled':
      return answer(JSON.stringify({ ...list, canaryTools: [...tools, 'x', 'x'] }));
    default:
      return answer(body.slice(0, Math.floor(body.length / 2)));
  }
}
