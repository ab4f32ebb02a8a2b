import { itemsAt, nodeAt, numberAt, textAt } from '../documents/manifest-node.ts';
import { placeOf } from '../input/resource.ts';
import type { LintRule } from './rule.ts';

const adminPort = 9180;

export const exposedAdminPort: LintRule = {
  id: 'L20',
  title: 'Admin port of the gateway reachable from outside',
  effect: 'anyone who reaches the address can reroute every tool',
  fix: 'keep port 9180 on a Service of type ClusterIP, behind a NetworkPolicy',
  source: 'delivery L20',
  check: (input) => [
    ...input.resources
      .filter(
        ({ kind, root }) =>
          kind === 'Service' && /^(LoadBalancer|NodePort)$/.test(textAt(root, 'spec', 'type') ?? ''),
      )
      .flatMap((service) =>
        itemsAt(service.root, 'spec', 'ports')
          .filter(
            (port) => numberAt(port, 'port') === adminPort || numberAt(port, 'targetPort') === adminPort,
          )
          .map((port) => ({
            place: port.place,
            why: `Service ${service.name} is a ${textAt(service.root, 'spec', 'type') ?? ''} and offers the Admin API (${adminPort})`,
          })),
      ),
    ...input.trees.flatMap((tree) => {
      const admin = nodeAt(tree, 'apisix', 'admin') ?? nodeAt(tree, 'admin');
      const type = textAt(admin, 'type') ?? '';
      const off = textAt(admin, 'enabled') === 'false';
      return !off && /^(LoadBalancer|NodePort)$/.test(type) && nodeAt(tree, 'kind') === undefined
        ? [{ place: placeOf(admin, 'type'), why: `the chart makes the Admin API a ${type}` }]
        : [];
    }),
  ],
};
