import { Hindrances } from '../variants/hindrances.ts';
import { rule, type Rule } from './rule.ts';

/** Five seconds and a round trip (PRODUCT, routing). */
const boundUs = 5_500_000;
/** A gateway that comes back needs a new connection to the control, after a back-off. */
const reconnectUs = 40_000_000;

/** A withdrawn canary gets nothing: not by weight, affinity, cookie or header (delivery R149, R88; L1 bound of PRODUCT). */
export const canaryWithdrawn: Rule = rule({
  id: 'canary.withdrawn',
  title: 'a withdrawn canary gets no request after 5 s',
  kind: 'safety',
  source: 'PRODUCT routing; delivery R88, R149',
  excuses: [],
  onlyTag: 'variant-percentage',
  watch({ history, kernel }, ledger) {
    const hindrances = new Hindrances(history);
    const withdrawnUs = new Map<string, number>();
    history.on('canary.configured', ({ release, enabled }, timeUs) => {
      if (!enabled) withdrawnUs.set(release, timeUs);
    });
    history.on('canary.routed', ({ gateway, client, backend, reason, release }) => {
      const sinceUs = withdrawnUs.get(release);
      if (sinceUs === undefined) return;
      ledger.check();
      if (backend === 'stable') return;
      const calmUs = hindrances.calmSinceUs([gateway, 'canary-control']);
      const hindered = calmUs > 0 && calmUs > sinceUs - reconnectUs;
      const fromUs = hindered ? Math.max(sinceUs + boundUs, calmUs + reconnectUs) : sinceUs + boundUs;
      if (kernel.nowUs <= fromUs) return;
      ledger.violate(
        `${gateway} sent ${client} to the canary of ${release} by ${reason}, ${Math.round((kernel.nowUs - sinceUs) / 1e6)} s after it was withdrawn`,
      );
    });
    return { finish: () => undefined };
  },
});
