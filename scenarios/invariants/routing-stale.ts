import { rule, type Rule } from './rule.ts';
import type { Excuse } from './excuses.ts';

const staleMs = 60_000;
/** The last word may be as old as one refresh when the cut begins, and the silence is noticed at a refresh that fails. */
const noticeMs = 15_000;

/** A gateway's silence: one cut, or several that overlap or leave no time for a refresh between them. */
interface Silence {
  readonly sinceUs: number;
  /** Cuts in force. */
  cuts: number;
  endedUs: number;
}

const gatewayDisturbed: Excuse = {
  reason: 'the gateway itself killed, frozen or replaced',
  faults: [
    { kind: 'pod.kill', touching: ['gateway'] },
    { kind: 'pod.freeze', touching: ['gateway'] },
    { kind: 'operator.rolling-update', touching: ['gateway'] },
    { kind: 'operator.scale', touching: ['gateway'] },
    { kind: 'routing.gateway-restart' },
    { kind: 'node.' },
  ],
  graceUs: 60_000_000,
};

/**
 * A gateway cut off from Management raises an alarm after 60 s, and not before (PRODUCT, routing; delivery F2): one for each
 * silence, however many cuts it is made of. Not judged:
 * that a gateway stays silent which heard a new list during the cut (one direction may be open).
 */
export const routingStale: Rule = rule({
  id: 'routing.stale',
  title: 'a gateway cut off from Management says so after 60 s',
  kind: 'safety',
  source: 'PRODUCT routing; delivery F2, 62',
  excuses: [gatewayDisturbed],
  watch({ kernel, history, facts }, ledger) {
    const cuts = new Map<string, readonly string[]>();
    const silences = new Map<string, Silence>();
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
    function cutOff(gateway: string, timeUs: number): void {
      let silence = silences.get(gateway);
      const refreshUs = (facts.gatewayPollMs + noticeMs) * 1000;
      if (silence === undefined || (silence.cuts === 0 && timeUs - silence.endedUs > refreshUs)) {
        silence = { sinceUs: timeUs, cuts: 0, endedUs: Infinity };
        silences.set(gateway, silence);
      }
      silence.cuts++;
    }
    history.on('fault.started', ({ id, faultKind, targets }, timeUs) => {
      if (faultKind !== 'gateway.cut-management') return;
      cuts.set(id, targets);
      for (const gateway of targets) cutOff(gateway, timeUs);
    });
    function judge(gateway: string, sinceUs: number): void {
      const lastedUs = kernel.nowUs - sinceUs;
      if (lastedUs < latestMs * 1000 || (lastHeardUs.get(gateway) ?? -1) >= sinceUs) return;
      ledger.check();
      if ((lastStaleUs.get(gateway) ?? -1) >= sinceUs) return;
      ledger.violateUnlessExcused(
        `${gateway} was cut off from Management for ${(lastedUs / 1e6).toFixed(0)} s and raised no alarm`,
        lastedUs,
      );
    }
    history.on('fault.ended', ({ id }, timeUs) => {
      for (const gateway of cuts.get(id) ?? []) {
        const silence = silences.get(gateway);
        if (silence === undefined || --silence.cuts > 0) continue;
        silence.endedUs = timeUs;
        judge(gateway, silence.sinceUs);
      }
      cuts.delete(id);
    });
    return {
      finish(): void {
        for (const [gateway, { sinceUs, cuts: inForce }] of silences)
          if (inForce > 0) judge(gateway, sinceUs);
      },
    };
  },
});
