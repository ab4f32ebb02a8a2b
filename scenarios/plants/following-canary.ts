import { managementPaths } from '../../system/routing/paths.ts';
import type { Plant } from './plant.ts';

/** Breaks `rebalance.shift`. */
export const followingCanary: Plant = {
  name: 'following-canary',
  summary: 'the Defenders of the canary are scaled with the list instead of holding all tools from the start',
  rule: 'rebalance.shift',
  scenario: 'gateway-cut',
  overrides: { tools: '24', defenders: '4', cassandraNodes: '3', minutes: '14' },
  customisation: {
    ports: (component, ports) => {
      if (component !== 'rollout') return ports;
      const { http, orchestrator } = ports;
      return {
        ...ports,
        http: {
          serve: (port, handler) => http.serve(port, handler),
          request: async (authority, request, timeoutMs) => {
            const response = await http.request(authority, request, timeoutMs);
            if (request.path === managementPaths.update && request.body.includes('expand_canary')) {
              const { desired } = await orchestrator.status('defender-green');
              await orchestrator.scale('defender-green', desired + 2);
            }
            return response;
          },
        },
      };
    },
  },
};
