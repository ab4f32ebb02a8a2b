import { listDelayed } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

/** 5 s and one round trip, generously. */
const boundUs = 5_200_000;

interface Order {
  readonly sinceUs: number;
  readonly epoch: number;
}

/**
 * L1, and L2 alike: from the order on every reachable gateway serves the shortened list within 5 s and a round trip, from
 * any state (PRODUCT, routing; delivery I5, R88). An order that finds the list rolled back already needs no new list.
 */
export const rollbackBound: Rule = rule({
  id: 'rollback.bound',
  title: 'a rollback reaches every reachable gateway within 5 s',
  kind: 'safety',
  source: 'PRODUCT routing; delivery I5, R88, R89, C12',
  excuses: [listDelayed],
  watch({ kernel, history, facts }, ledger) {
    const applied = new Map<string, number>();
    let orderedUs: number | undefined;
    let isRolledBack = false;
    let isEmptied = false;
    let newest = -1;
    let waiting: Order[] = [];
    function settle(): void {
      const { nowUs } = kernel;
      if (orderedUs !== undefined && nowUs - orderedUs >= boundUs) {
        const sinceUs = orderedUs;
        orderedUs = undefined;
        ledger.check();
        ledger.violateUnlessExcused(
          `the list was not changed ${seconds(nowUs - sinceUs)} s after a rollback was ordered`,
          nowUs - sinceUs,
        );
      }
      for (let order = waiting[0]; order !== undefined; order = waiting[0]) {
        if (nowUs - order.sinceUs < boundUs) return;
        waiting.shift();
        for (const gateway of facts.reachableGateways()) {
          ledger.check();
          if ((applied.get(gateway) ?? -1) >= order.epoch) continue;
          ledger.violateUnlessExcused(
            `${gateway} had not applied the rollback (epoch ${order.epoch}) ${seconds(nowUs - order.sinceUs)} s after it`,
            nowUs - order.sinceUs,
          );
        }
      }
    }
    history.on('rollback.started', ({ level }, timeUs) => {
      settle();
      // What an L2 left in the list an L1 or L3 still has to take out.
      const isDone = level === 'L2' ? isRolledBack : isEmptied;
      if (!isDone) orderedUs ??= timeUs;
    });
    history.on('routing.applied', ({ gateway, epoch }) => {
      settle();
      applied.set(gateway, Math.max(applied.get(gateway) ?? -1, epoch));
    });
    history.on('routing.changed', ({ epoch, action, canaryTools }, timeUs) => {
      settle();
      // Management tells its list again when it starts.
      if (epoch <= newest) return;
      newest = epoch;
      isRolledBack = action === 'rollback';
      isEmptied = isRolledBack && canaryTools.length === 0;
      if (!isRolledBack) return;
      waiting = [...waiting, { epoch, sinceUs: orderedUs ?? timeUs }];
      orderedUs = undefined;
    });
    history.on('request.routed', () => {
      if (orderedUs !== undefined || waiting.length > 0) settle();
    });
    return { finish: settle };
  },
});

function seconds(durationUs: number): string {
  return (durationUs / 1e6).toFixed(1);
}
