import { DefenderRoster } from './defender-roster.ts';
import { defendersFrozen, natsImpaired } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

/** Two Defenders never hold one id (defender §2). One that cannot renew its claim may believe in it until it hears that it is gone. */
export const identityUnique: Rule = rule({
  id: 'identity.unique',
  title: 'two Defenders never hold one id',
  kind: 'safety',
  source: 'defender §2, §7; delivery F65',
  excuses: [natsImpaired, defendersFrozen],
  watch({ history }, ledger) {
    // Before the roster learns of it: it is asked for what was.
    history.on('identity.claimed', ({ colour, pod, defenderId }, timeUs) => {
      ledger.check();
      const holder = roster.holderOf(colour, defenderId);
      if (holder === undefined || holder.pod === pod) return;
      ledger.violateUnlessExcused(
        `${pod} (${colour}) took ${defenderId}, which ${holder.pod} has held for ${((timeUs - holder.sinceUs) / 1e6).toFixed(1)} s`,
        0,
        colour,
      );
    });
    const roster = new DefenderRoster(history);
    return { finish: () => undefined };
  },
});
