import { itemsAt, textAt } from '../documents/manifest-node.ts';
import { canarySteps } from '../input/resource.ts';
import type { LintRule } from './rule.ts';

export const unmanagedRoute: LintRule = {
  id: 'L6',
  title: 'setHeaderRoute or setMirrorRoute without a managed route',
  effect: 'the Rollout is InvalidSpec (Degraded): nothing is rolled out',
  fix: 'list the route under trafficRouting.managedRoutes with the same name',
  source: 'delivery L6, 13',
  check: (input) =>
    input.resources
      .filter((resource) => resource.kind === 'Rollout')
      .flatMap((rollout) => {
        const routes = itemsAt(rollout.root, 'spec', 'strategy', 'canary', 'trafficRouting', 'managedRoutes');
        const managed = new Set(routes.map((route) => textAt(route, 'name')));
        return canarySteps(rollout)
          .filter((step) => step.key === 'setHeaderRoute' || step.key === 'setMirrorRoute')
          .filter((step) => !managed.has(textAt(step.value, 'name')))
          .map((step) => ({
            place: step.keyPlace,
            why: `${step.key} names ${textAt(step.value, 'name') ?? 'no route'}, which managedRoutes does not list`,
          }));
      }),
};
