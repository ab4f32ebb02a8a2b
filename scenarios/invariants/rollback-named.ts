import { rule, type Rule } from './rule.ts';

/**
 * A rollback is reported complete only for gateways that confirmed it; the others are named until they do (PRODUCT, routing;
 * delivery R89). So whoever serves by an older list after the report stands in it.
 */
export const rollbackNamed: Rule = rule({
  id: 'rollback.named',
  title: 'a rollback names every gateway that has not confirmed it',
  kind: 'safety',
  source: 'PRODUCT routing; delivery R89, C12',
  excuses: [],
  watch({ history }, ledger) {
    let epoch = -1;
    let missing: ReadonlySet<string> = new Set();
    const accused = new Set<string>();
    history.on('rollback.completed', ({ epoch: rolledBack, missingGateways }) => {
      if (rolledBack < epoch) return;
      ledger.check();
      epoch = rolledBack;
      missing = new Set(missingGateways);
      accused.clear();
    });
    history.on('request.routed', ({ gateway, tool, epoch: served }) => {
      if (served >= epoch || missing.has(gateway) || accused.has(gateway)) return;
      accused.add(gateway);
      ledger.violate(
        `${gateway} served ${tool} by epoch ${served} after the rollback (epoch ${epoch}) was reported without it`,
      );
    });
    return { finish: () => undefined };
  },
});
