import { nodeAt, textAt, walk } from '../documents/manifest-node.ts';
import type { Found, LintRule } from './rule.ts';

export const grpcHealthCheck: LintRule = {
  id: 'L17',
  title: 'Health check by gRPC',
  effect: 'the configuration is rejected or the setting ignored: unhealthy pods keep getting requests',
  fix: 'check by type tcp or http (a health port of the service); errors inside gRPC need a gate on the application side',
  source: 'delivery L17, 51, F21',
  check: (input) =>
    input.trees.flatMap((tree) => {
      const found: Found[] = [];
      walk(tree, (node, path) => {
        const owner = path.at(-2);
        const role = path.at(-1);
        if ((owner !== 'checks' && owner !== 'healthCheck') || (role !== 'active' && role !== 'passive'))
          return;
        const type = nodeAt(node, 'type');
        if (type !== undefined && textAt(type)?.toLowerCase() === 'grpc') {
          found.push({ place: type.place, why: 'APISIX checks by http, https or tcp only' });
        }
        walk(node, (inner, innerPath, entry) => {
          if (entry === undefined || inner === node || !/^grpc_?[a-z]+/i.test(entry.key)) return;
          found.push({ place: entry.keyPlace, why: `APISIX has no setting ${innerPath.at(-1) ?? ''}` });
        });
      });
      return found;
    }),
};
