import { z } from 'zod';
import type { Http, HttpRequest, HttpResponse } from '../../system/ports/http.ts';
import { parseJson } from '../../system/routing/json.ts';
import { managementPaths } from '../../system/routing/paths.ts';
import { parseSnapshot } from '../../system/routing/snapshot.ts';
import type { Plant } from './plant.ts';

const expansionSchema = z.looseObject({ action: z.literal('expand_canary'), requestId: z.string() });
const proposalPath = `${managementPaths.proposal}?count=`;
const newsPath = `${managementPaths.snapshot}?revision=`;

/** Asks once for as many tools more than the list has as the stage has more than the last one; hears of nobody else. */
function incremental(http: Http, name: string): Http {
  let before = 0;
  let stage = 0;
  const proposals = new Map<number, HttpResponse>();
  return {
    serve: (port, handler) => http.serve(port, handler),
    request: async (authority, request, timeoutMs) => {
      const send = (changed: Partial<HttpRequest>) =>
        http.request(authority, { ...request, ...changed }, timeoutMs);
      if (request.path.startsWith(newsPath)) return { status: 304, body: '' };
      if (request.path.startsWith(proposalPath)) {
        const count = Number(request.path.slice(proposalPath.length));
        const known = proposals.get(count);
        if (known !== undefined) return known;
        before = stage;
        stage = count;
        const { body } = await send({ path: managementPaths.snapshot });
        const listed = parseSnapshot(body)?.canaryTools.length ?? 0;
        const proposal = await send({ path: `${proposalPath}${listed + stage - before}` });
        proposals.set(count, proposal);
        return proposal;
      }
      const expansion = parseJson(expansionSchema, request.body);
      if (expansion === undefined) return await send({});
      const { expectedRevision: _ignored, requestId, ...rest } = expansion;
      return await send({ body: JSON.stringify({ ...rest, requestId: `${requestId} of ${name}` }) });
    },
  };
}

/** Breaks `stage.once`. */
export const incrementalExpansions: Plant = {
  name: 'incremental-expansions',
  summary:
    'a rollout controller widens the list by a difference, under a number of its own, whatever the list has become',
  rule: 'stage.once',
  scenario: 'two-controllers',
  overrides: { tools: '60', defenders: '3', collectors: '2', cassandraNodes: '3', minutes: '50' },
  customisation: {
    ports: (component, ports) =>
      component === 'rollout' ? { ...ports, http: incremental(ports.http, ports.process.name) } : ports,
  },
};
