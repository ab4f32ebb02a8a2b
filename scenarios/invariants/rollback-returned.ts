import { listNotTold } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

/** 5 s and one round trip, generously, as `rollback.bound` has it. */
const boundUs = 5_200_000;
/** Who can be reached is asked so often, and only while a gateway is behind. */
const lookUs = 500_000;

/**
 * A gateway that could not be reached when a rollback was ordered serves the shortened list within 5 s and a round trip of
 * its return (PRODUCT, routing; delivery I5, R88). Those that could be reached all along are the business of
 * `rollback.bound`.
 */
export const rollbackReturned: Rule = rule({
  id: 'rollback.returned',
  title: 'a gateway that was cut off has a rollback within 5 s of its return',
  kind: 'safety',
  source: 'PRODUCT routing; delivery I5, R88, C12',
  excuses: [listNotTold],
  watch({ kernel, history, facts }, ledger) {
    const applied = new Map<string, number>();
    /** Gateways that were out of reach since the newest rollback: when they could be reached again; undefined: not yet. */
    const returns = new Map<string, number | undefined>();
    let rollback: number | undefined;
    let newest = -1;
    let nextLookUs = 0;
    function look(): void {
      const { nowUs } = kernel;
      if (rollback === undefined || nowUs < nextLookUs) return;
      nextLookUs = nowUs + lookUs;
      const reachable = new Set(facts.reachableGateways());
      for (const [gateway, epoch] of applied) {
        if (epoch >= rollback) {
          if (returns.delete(gateway)) ledger.check();
        } else if (!reachable.has(gateway)) {
          returns.set(gateway, undefined);
        } else if (returns.has(gateway)) {
          judge(gateway, returns.get(gateway) ?? nowUs, nowUs);
        }
      }
    }
    function judge(gateway: string, sinceUs: number, nowUs: number): void {
      returns.set(gateway, sinceUs);
      if (nowUs - sinceUs < boundUs) return;
      ledger.check();
      ledger.violateUnlessExcused(
        `${gateway}, back ${((nowUs - sinceUs) / 1e6).toFixed(1)} s ago, has not applied the rollback (epoch ${rollback})`,
        nowUs - sinceUs,
      );
      returns.delete(gateway);
    }
    history.on('routing.applied', ({ gateway, epoch }) => {
      look();
      applied.set(gateway, Math.max(applied.get(gateway) ?? -1, epoch));
    });
    history.on('routing.changed', ({ epoch, action }) => {
      // Management tells its list again when it starts.
      if (epoch <= newest) return;
      newest = epoch;
      if (action !== 'rollback') return;
      rollback = epoch;
      returns.clear();
      nextLookUs = 0;
    });
    history.on('request.routed', look);
    return { finish: look };
  },
});
