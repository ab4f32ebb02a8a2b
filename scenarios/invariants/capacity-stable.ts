import type { Colour } from '../../system/ports/colour.ts';
import { isRollout } from './rollout-pod.ts';
import { rule, type Rule } from './rule.ts';

/**
 * The stable colour keeps the replicas that carry every tool, whatever share of them is at the canary: a rollback brings
 * all back at once (delivery I4). Who is stable is the list's word, so the old colour may shrink once the roles are
 * swapped. Judged is what the rollout asks for; an operator or an autoscaler who changes the replicas knows better, and
 * pods that die are the business of other rules.
 */
export const capacityStable: Rule = rule({
  id: 'capacity.stable',
  title: 'the rollout never leaves the stable colour fewer replicas than all tools need',
  kind: 'safety',
  source: 'delivery I4, C21, C43, F50',
  excuses: [],
  watch({ history, facts }, ledger) {
    const components = Object.entries(facts.demand);
    const desired = new Map<string, number>();
    const demand = new Map<string, number>();
    let stable: Colour | undefined;
    function judge(): void {
      for (const [component, replicas] of components) {
        const name = `${component}-${stable ?? ''}`;
        const needed = demand.get(name) ?? replicas;
        // Whose replicas nobody has changed, has what it began with.
        const asked = desired.get(name) ?? needed;
        ledger.check();
        if (asked < needed) {
          ledger.violate(`${name} is stable and has ${asked} replicas where all tools need ${needed}`);
        }
      }
    }
    history.on('routing.changed', ({ stableColour }) => {
      stable = stableColour;
      judge();
    });
    history.on('deployment.changed', ({ deployment, replicas, by }) => {
      if (!isRollout(by)) {
        demand.set(deployment, replicas);
        desired.delete(deployment);
        return;
      }
      desired.set(deployment, replicas);
      if (deployment.endsWith(`-${stable ?? ''}`)) judge();
    });
    return { finish: () => undefined };
  },
});
