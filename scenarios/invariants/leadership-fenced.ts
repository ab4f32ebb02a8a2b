import type { Colour } from '../../system/ports/colour.ts';
import type { Excuse } from './excuses.ts';
import { watchMaps } from './map-in-force.ts';
import { rule, type Rule } from './rule.ts';

const stateLost: Excuse = {
  reason: 'NATS may have lost what it had confirmed',
  faults: [{ kind: 'nats.power-loss' }],
  graceUs: Number.MAX_SAFE_INTEGER,
};

/**
 * One term has one leader, one version of the map one term, and versions only rise: the fencing token holds, and whoever
 * leads goes on from the map in force (defender §2, §3, §7, timeline 11).
 */
export const leadershipFenced: Rule = rule({
  id: 'leadership.fenced',
  title: 'no two leaders of one term, and versions of the map only rise',
  kind: 'safety',
  source: 'defender §2, §3, §7, timeline 11',
  excuses: [stateLost],
  watch({ history }, ledger) {
    const leaders: Record<Colour, Map<number, string>> = { blue: new Map(), green: new Map() };
    const newest: Record<Colour, number> = { blue: 0, green: 0 };
    const maps: Record<Colour, Map<number, number>> = { blue: new Map(), green: new Map() };
    history.on('leader.elected', ({ colour, pod, term }) => {
      ledger.check();
      const other = leaders[colour].get(term);
      leaders[colour].set(term, pod);
      if (other !== undefined) {
        ledger.violateUnlessExcused(
          `${pod} (${colour}) was elected in term ${term}, which ${other} had`,
          0,
          colour,
        );
      }
    });
    watchMaps(history, ({ colour, version, term }) => {
      ledger.check();
      const other = maps[colour].get(version);
      maps[colour].set(version, term);
      if (other !== undefined) {
        ledger.violateUnlessExcused(
          `${colour}: map ${version} was published twice, in term ${other} and in term ${term}`,
          0,
          colour,
        );
      } else if (version < newest[colour]) {
        ledger.violateUnlessExcused(
          `${colour}: map ${version} of term ${term} came after map ${newest[colour]}`,
          0,
          colour,
        );
      }
      newest[colour] = Math.max(newest[colour], version);
    });
    return { finish: () => undefined };
  },
});
