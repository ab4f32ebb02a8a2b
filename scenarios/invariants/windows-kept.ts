import type { Colour } from '../../system/ports/colour.ts';
import { natsImpaired, podsDisturbed } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

/** The leader looks every 2 s and a map takes up to a second: that much later than the window is in order. */
const lookUs = 4_000_000;
const windowUs = { 'cold-start': 30_000_000, restart: 30_000_000, scaling: 10_000_000 } as const;

/** Cold start waits 30 s, planned scaling 10 s, a crash not at all (PRODUCT, windows; defender §3). */
export const windowsKept: Rule = rule({
  id: 'windows.kept',
  title: 'windows: cold start 30 s, planned scaling 10 s, crash 0 s',
  kind: 'safety',
  source: 'PRODUCT windows; defender §3',
  excuses: [natsImpaired, podsDisturbed],
  watch({ history }, ledger) {
    const firstChangeUs: Partial<Record<Colour, number>> = {};
    const leaderSinceUs: Partial<Record<Colour, number>> = {};
    const deadSinceUs: Partial<Record<Colour, number>> = {};
    history.on('leader.elected', (event, timeUs) => {
      leaderSinceUs[event.colour] = timeUs;
    });
    history.on('identity.claimed', (event, timeUs) => {
      if (!event.inherited) firstChangeUs[event.colour] ??= timeUs;
    });
    history.on('identity.released', (event, timeUs) => {
      if (event.how === 'planned') firstChangeUs[event.colour] ??= timeUs;
    });
    history.on('member.dead', (event, timeUs) => {
      deadSinceUs[event.colour] ??= timeUs;
    });
    history.on('assignment.published', (event, timeUs) => {
      const changedUs = firstChangeUs[event.colour];
      const deadUs = deadSinceUs[event.colour];
      delete firstChangeUs[event.colour];
      delete deadSinceUs[event.colour];
      ledger.check();
      if (event.reason === 'crash') {
        if (deadUs !== undefined && timeUs - deadUs > lookUs) {
          ledger.violateUnlessExcused(
            `${event.colour}: the map after a crash waited ${seconds(timeUs - deadUs)} s`,
            timeUs - deadUs,
          );
        }
        return;
      }
      if (changedUs === undefined) return;
      const leaderUs = leaderSinceUs[event.colour] ?? 0;
      const waitedUs = timeUs - changedUs;
      const window = windowUs[event.reason];
      if (waitedUs < window - lookUs) {
        ledger.violate(
          `${event.colour}: a ${event.reason} map came ${seconds(waitedUs)} s after the first change, its window is ${seconds(window)} s`,
        );
      }
      // A leader elected meanwhile starts the window anew (defender §3, timeline 6).
      const waitedByLeaderUs = timeUs - Math.max(changedUs, leaderUs);
      if (waitedByLeaderUs > window + 2 * lookUs) {
        ledger.violateUnlessExcused(
          `${event.colour}: a ${event.reason} map came only ${seconds(waitedByLeaderUs)} s after the first change`,
          waitedByLeaderUs,
        );
      }
    });
    return { finish: () => undefined };
  },
});

function seconds(durationUs: number): string {
  return (durationUs / 1e6).toFixed(1);
}
