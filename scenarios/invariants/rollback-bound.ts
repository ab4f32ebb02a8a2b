import { gatewayCut } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

/** 5 s and one round trip, generously. */
const boundUs = 5_200_000;

/** L1: every reachable gateway serves the emptied list within 5 s and a round trip, from any state; who did not is named (PRODUCT, routing; delivery I5, R88). */
export const rollbackBound: Rule = rule({
  id: 'rollback.bound',
  title: 'rollback L1 reaches every reachable gateway within 5 s',
  kind: 'safety',
  source: 'PRODUCT routing; delivery I5, R88, R89, C12',
  excuses: [gatewayCut],
  watch({ kernel, history, facts }, ledger) {
    const applied = new Map<string, number>();
    let waiting: { epoch: number; sinceUs: number } | undefined;
    let claimedComplete: { epoch: number; missing: readonly string[] } | undefined;
    function settle(): void {
      if (waiting === undefined || kernel.nowUs - waiting.sinceUs < boundUs) return;
      const { epoch, sinceUs } = waiting;
      waiting = undefined;
      for (const gateway of facts.reachableGateways()) {
        ledger.check();
        if ((applied.get(gateway) ?? 0) < epoch) {
          ledger.violateUnlessExcused(
            `${gateway} had not applied the rollback (epoch ${epoch}) ${((kernel.nowUs - sinceUs) / 1e6).toFixed(1)} s after it`,
            kernel.nowUs - sinceUs,
          );
        }
      }
    }
    history.on('routing.applied', (event) => {
      settle();
      applied.set(event.gateway, Math.max(applied.get(event.gateway) ?? 0, event.epoch));
    });
    history.on('routing.changed', (event, timeUs) => {
      settle();
      waiting = event.action === 'rollback' ? { epoch: event.epoch, sinceUs: timeUs } : undefined;
    });
    history.on('request.routed', settle);
    history.on('rollback.completed', (event) => {
      ledger.check();
      claimedComplete = { epoch: event.epoch, missing: event.missingGateways };
      if (event.level !== 'L1') return;
      for (const gateway of facts.reachableGateways()) {
        if (
          (applied.get(gateway) ?? 0) < claimedComplete.epoch &&
          !claimedComplete.missing.includes(gateway)
        ) {
          ledger.violate(
            `the rollback was reported complete for ${gateway}, which had not applied epoch ${event.epoch}`,
          );
        }
      }
    });
    return { finish: settle };
  },
});
