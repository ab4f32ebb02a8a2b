import { OwnershipBook } from './ownership.ts';
import { rule, type Rule } from './rule.ts';

/** What was begun is finished: a drain takes at most 18 s, the end of a shutdown the rest of 30 s. */
const handOverUs = 30_000_000;

/**
 * Nobody stores results of a unit that it does not own, but for the work it had begun when it gave the unit up (defender
 * §5). Without an excuse: a Defender knows what it was assigned, whatever is broken.
 */
export const ownershipRespected: Rule = rule({
  id: 'ownership.respected',
  title: 'nobody processes a unit that it does not own',
  kind: 'safety',
  source: 'defender §5; issue 6',
  excuses: [],
  watch({ history, facts }, ledger) {
    /** When each pod gave each unit up, of the last moments. */
    const givenUp = new Map<string, Map<string, number>>();
    const book = new OwnershipBook(history, {
      changed(_colour, pod, taken, given, timeUs) {
        const units = givenUp.get(pod) ?? new Map<string, number>();
        givenUp.set(pod, units);
        for (const unit of taken) units.delete(unit);
        for (const unit of given) units.set(unit, timeUs);
      },
    });
    /** V1 owns partitions of Kafka, which are fenced there. */
    const membersOfV1 = new Set<string>();
    history.on('partitions.held', ({ pod }) => membersOfV1.add(pod));
    history.on('pod.ended', ({ pod }) => givenUp.delete(pod));
    history.on('uchart.stored', ({ colour, contextId, pod, unit }, timeUs) => {
      if (!facts.unitWeights.has(unit) || membersOfV1.has(pod)) return;
      ledger.check();
      if (book.of(pod)?.units.has(unit) === true) return;
      const sinceUs = givenUp.get(pod)?.get(unit);
      if (sinceUs !== undefined && timeUs - sinceUs <= handOverUs) return;
      ledger.violate(
        sinceUs === undefined
          ? `${pod} (${colour}) processed ${contextId}, a unit that it never owned`
          : `${pod} (${colour}) processed ${contextId} ${((timeUs - sinceUs) / 1e6).toFixed(1)} s after it gave the unit up`,
      );
    });
    return { finish: () => undefined };
  },
});
