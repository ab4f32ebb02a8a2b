import type { Colour } from '../../system/ports/colour.ts';
import type { Excuse } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

const stateLost: Excuse = {
  reason: 'NATS may have lost what it had confirmed',
  faults: [{ kind: 'nats.power-loss' }],
  graceUs: Number.MAX_SAFE_INTEGER,
};

/** One term has one leader, and one version of the map one term: the fencing token holds (defender §2, §7, timeline 11). */
export const leadershipFenced: Rule = rule({
  id: 'leadership.fenced',
  title: 'no two leaders of one term, no two maps of one version',
  kind: 'safety',
  source: 'defender §2, §7, timeline 11',
  excuses: [stateLost],
  watch({ history }, ledger) {
    const leaders: Record<Colour, Map<number, string>> = { blue: new Map(), green: new Map() };
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
    history.on('assignment.published', ({ colour, version, term }) => {
      ledger.check();
      const other = maps[colour].get(version);
      maps[colour].set(version, term);
      if (other !== undefined) {
        ledger.violateUnlessExcused(
          `${colour}: map ${version} was published twice, in term ${other} and in term ${term}`,
          0,
          colour,
        );
      }
    });
    return { finish: () => undefined };
  },
});
