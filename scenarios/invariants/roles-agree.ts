import { colours, type Colour } from '../../system/ports/colour.ts';
import type { Excuse } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

const boundUs = 30_000_000;

const controllerDisturbed: Excuse = {
  reason: 'the rollout controller, Management or the way to them disturbed',
  faults: [
    { kind: 'pod.', touching: ['rollout', 'management'] },
    { kind: 'operator.rolling-update', touching: ['rollout', 'management'] },
    { kind: 'link.', touching: ['rollout', 'management'] },
    { kind: 'gateway.' },
    { kind: 'node.' },
  ],
  graceUs: 60_000_000,
};

/**
 * Role labels and the list agree within 30 s: after the roles were swapped, and after a rollback that every gateway has
 * confirmed (delivery I7). What gateways apply of the list is the business of `rollback.bound` and `routing.one-colour`.
 * Not judged: labels before the first release is over; then there are none.
 */
export const rolesAgree: Rule = rule({
  id: 'roles.agree',
  title: 'role labels agree with the list within 30 s',
  kind: 'safety',
  source: 'delivery I7, R63, R83, F17',
  excuses: [controllerDisturbed],
  watch({ kernel, history, facts }, ledger) {
    const labels = new Map<string, string>();
    let stable: Colour | undefined;
    let sinceUs: number | undefined;
    function disagreeing(): readonly string[] {
      return Object.keys(facts.demand).flatMap((component) =>
        colours
          .map((colour) => ({
            name: `${component}-${colour}`,
            role: colour === stable ? 'stable' : 'canary',
          }))
          .filter(({ name, role }) => labels.get(name) !== role)
          .map(({ name, role }) => `${name} is ${labels.get(name) ?? 'unlabelled'}, not ${role}`),
      );
    }
    /** The question is settled, or given up because of a newer one. */
    function settle(): void {
      if (sinceUs === undefined) return;
      const lastedUs = kernel.nowUs - sinceUs;
      sinceUs = undefined;
      ledger.check();
      if (lastedUs <= boundUs) return;
      const left = disagreeing();
      const what = left.length === 0 ? 'role labels agreed only' : `${left.join(', ')}`;
      ledger.violateUnlessExcused(`${what}, ${(lastedUs / 1e6).toFixed(0)} s after the list`, lastedUs);
    }
    function ask(timeUs: number): void {
      settle();
      sinceUs = timeUs;
      if (disagreeing().length === 0) settle();
    }
    history.on('routing.changed', ({ stableColour, action }, timeUs) => {
      stable = stableColour;
      if (action === 'promote') ask(timeUs);
      // A rollback of a promotion is settled when every gateway has it.
      else if (action === 'rollback') sinceUs = undefined;
    });
    history.on('rollback.completed', ({ level, missingGateways }, timeUs) => {
      if (level !== 'L2' && missingGateways.length === 0) ask(timeUs);
    });
    history.on('deployment.labelled', ({ deployment, labels: { role } }) => {
      if (role !== undefined) labels.set(deployment, role);
      if (sinceUs !== undefined && disagreeing().length === 0) settle();
    });
    return { finish: settle };
  },
});
