import { rule, type Rule } from './rule.ts';
import type { Excuse } from './excuses.ts';

const staleMs = 60_000;
/** The last word may be as old as one refresh when the cut begins, and the silence is noticed at a refresh that fails. */
const noticeMs = 15_000;

interface Cut {
  readonly gateways: ReadonlySet<string>;
  readonly sinceUs: number;
}

const gatewayDisturbed: Excuse = {
  reason: 'the gateway itself killed, frozen or replaced',
  faults: [
    { kind: 'pod.kill', touching: ['gateway'] },
    { kind: 'pod.freeze', touching: ['gateway'] },
    { kind: 'operator.rolling-update', touching: ['gateway'] },
    { kind: 'operator.scale', touching: ['gateway'] },
    { kind: 'node.' },
  ],
  graceUs: 60_000_000,
};

/**
 * A gateway cut off from Management raises an alarm after 60 s, and not before (PRODUCT, routing; delivery F2). Not judged:
 * that a gateway stays silent which heard a new list during the cut (one direction may be open).
 */
export const routingStale: Rule = rule({
  id: 'routing.stale',
  title: 'a gateway cut off from Management says so after 60 s',
  kind: 'safety',
  source: 'PRODUCT routing; delivery F2, 62',
  excuses: [gatewayDisturbed],
  watch({ kernel, history, facts }, ledger) {
    const cuts = new Map<string, Cut>();
    const lastStaleUs = new Map<string, number>();
    const lastHeardUs = new Map<string, number>();
    const latestMs = staleMs + facts.gatewayPollMs + noticeMs;
    history.on('routing.stale', ({ gateway, ageMs }, timeUs) => {
      ledger.check();
      lastStaleUs.set(gateway, timeUs);
      if (ageMs < staleMs) ledger.violate(`${gateway} called its list stale after only ${ageMs} ms`);
      if (ageMs > latestMs) {
        ledger.violateUnlessExcused(`${gateway} called its list stale only after ${ageMs} ms`, ageMs * 1000);
      }
    });
    history.on('routing.applied', ({ gateway }, timeUs) => {
      lastHeardUs.set(gateway, timeUs);
    });
    history.on('fault.started', ({ id, faultKind, targets }, timeUs) => {
      if (faultKind === 'gateway.cut-management')
        cuts.set(id, { gateways: new Set(targets), sinceUs: timeUs });
    });
    function ended({ gateways, sinceUs }: Cut): void {
      const lastedUs = kernel.nowUs - sinceUs;
      if (lastedUs < latestMs * 1000) return;
      for (const gateway of gateways) {
        if ((lastHeardUs.get(gateway) ?? -1) >= sinceUs) continue;
        ledger.check();
        if ((lastStaleUs.get(gateway) ?? -1) >= sinceUs) continue;
        ledger.violateUnlessExcused(
          `${gateway} was cut off from Management for ${(lastedUs / 1e6).toFixed(0)} s and raised no alarm`,
          lastedUs,
        );
      }
    }
    history.on('fault.ended', ({ id }) => {
      const cut = cuts.get(id);
      if (cut !== undefined) ended(cut);
      cuts.delete(id);
    });
    return {
      finish(): void {
        for (const cut of cuts.values()) ended(cut);
      },
    };
  },
});
