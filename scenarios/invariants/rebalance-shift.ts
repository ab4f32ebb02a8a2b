import { type Colour } from '../../system/ports/colour.ts';
import { defendersDisturbed, natsImpaired } from './excuses.ts';
import { watchMaps } from './map-in-force.ts';
import { isRollout } from './rollout-pod.ts';
import { rule, type Rule } from './rule.ts';

/** Pods that were asked for with the list have joined by then: start, hold-off and window of a planned scaling. */
const shiftUs = 120_000_000;

/**
 * Tools that come to the canary move no assignment: its Defenders hold all tools from the start, idle or not (delivery
 * I9, R53, R98). So an expansion of the list neither changes how many Defenders there are nor moves a unit among those
 * that are there.
 */
export const rebalanceShift: Rule = rule({
  id: 'rebalance.shift',
  title: 'a traffic shift moves no assignment',
  kind: 'safety',
  source: 'delivery I9, R53, R98; PRODUCT rebalances',
  excuses: [defendersDisturbed, natsImpaired],
  watch({ kernel, history }, ledger) {
    let shiftedUs = -Infinity;
    const updating = new Set<Colour>();
    /** When the rollout last changed how many Defenders a colour has. */
    const scaledUs: Record<Colour, number> = { blue: -Infinity, green: -Infinity };
    history.on('routing.changed', ({ action }, timeUs) => {
      if (action === 'expand_canary') {
        shiftedUs = timeUs;
        ledger.check();
      } else shiftedUs = -Infinity;
    });
    const colourOf = (deployment: string): Colour | undefined =>
      deployment === 'defender-blue' ? 'blue' : deployment === 'defender-green' ? 'green' : undefined;
    history.on('deployment.changed', ({ deployment, by }, timeUs) => {
      const colour = colourOf(deployment);
      if (colour !== undefined && isRollout(by)) scaledUs[colour] = timeUs;
    });
    history.on('update.started', ({ deployment }) => {
      const colour = colourOf(deployment);
      if (colour !== undefined) updating.add(colour);
    });
    history.on('update.completed', ({ deployment }) => {
      const colour = colourOf(deployment);
      if (colour !== undefined) updating.delete(colour);
    });
    watchMaps(history, ({ colour, moved, joined, left, reason }, timeUs) => {
      const sinceUs = timeUs - shiftedUs;
      if (moved === 0 || sinceUs > shiftUs || updating.has(colour)) return;
      // A Defender that was asked for before the shift and joins after it is late, and nothing to do with tools.
      const isLate = joined.length + left.length > 0 && scaledUs[colour] < shiftedUs;
      if (isLate) return;
      ledger.violateUnlessExcused(
        `${colour} moved ${moved} units (${reason}, ${joined.length} joined, ${left.length} left) ${(sinceUs / 1e6).toFixed(0)} s after tools were shifted`,
        kernel.nowUs - shiftedUs,
        colour,
      );
    });
    return { finish: () => undefined };
  },
});
