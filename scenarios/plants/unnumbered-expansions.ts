import { parseJson } from '../../system/routing/json.ts';
import { z } from 'zod';
import type { Plant } from './plant.ts';

const changeSchema = z.looseObject({ requestId: z.string(), expectedRevision: z.unknown().optional() });

/** Breaks `stage.once`. */
export const unnumberedExpansions: Plant = {
  name: 'unnumbered-expansions',
  summary:
    'a rollout controller asks for every change under a number of its own, whatever the list has become',
  rule: 'stage.once',
  scenario: 'two-controllers',
  overrides: { tools: '24', defenders: '3', collectors: '2', cassandraNodes: '3', minutes: '60' },
  customisation: {
    ports: (component, ports) => {
      if (component !== 'rollout') return ports;
      const { http, process } = ports;
      return {
        ...ports,
        http: {
          serve: (port, handler) => http.serve(port, handler),
          request: (authority, request, timeoutMs) => {
            const change = parseJson(changeSchema, request.body);
            if (change === undefined) return http.request(authority, request, timeoutMs);
            const { expectedRevision: _ignored, requestId, ...rest } = change;
            const body = JSON.stringify({ ...rest, requestId: `${requestId} of ${process.name}` });
            return http.request(authority, { ...request, body }, timeoutMs);
          },
        },
      };
    },
  },
};
