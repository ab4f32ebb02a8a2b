import { isRollout } from './rollout-pod.ts';
import { rule, type Rule } from './rule.ts';

/**
 * While a release is under way nobody else writes what the rollout writes of a Deployment: image, replicas, role
 * (delivery F57, L25).
 */
export const fieldOneWriter: Rule = rule({
  id: 'field.one-writer',
  title: 'image, replicas and role have one writer while a release is under way',
  kind: 'safety',
  source: 'delivery F57, I7, L25',
  excuses: [],
  onlyTag: 'one-writer',
  watch({ history }, ledger) {
    let isUnderWay = false;
    /** By Deployment and field. */
    const owned = new Set<string>();
    const known = new Map<string, string>();
    function written(deployment: string, field: string, value: string, by: string): void {
      const name = `${field} of ${deployment}`;
      const before = known.get(name);
      known.set(name, value);
      if (!isUnderWay || before === value) return;
      ledger.check();
      if (isRollout(by)) owned.add(name);
      else if (owned.has(name)) ledger.violate(`${by} set ${name} to ${value} in the middle of a release`);
    }
    history.on('rollout.started', () => {
      isUnderWay = true;
      owned.clear();
    });
    history.on('rollout.ended', () => {
      isUnderWay = false;
    });
    history.on('deployment.changed', ({ deployment, replicas, image, by }) => {
      written(deployment, 'replicas', String(replicas), by);
      written(deployment, 'image', image, by);
    });
    history.on('deployment.labelled', ({ deployment, labels, by }) => {
      if (labels['role'] !== undefined) written(deployment, 'role', labels['role'], by);
    });
    return { finish: () => undefined };
  },
});
