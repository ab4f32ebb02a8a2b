import { TimelineFold } from '../timelines/timeline-fold.ts';
import { rule, type Rule } from './rule.ts';

/** The timelines of defender §3: the maps, elections and deaths of a run come when they must, and nothing else does. */
export const timelineKept: Rule = rule({
  id: 'timeline.kept',
  title: 'a timeline of defender §3 holds within its bands',
  kind: 'safety',
  source: 'defender §3, timelines 1–11; issue 6',
  excuses: [],
  onlyTag: 'timeline',
  watch({ history, facts }, ledger) {
    const { timeline } = facts;
    if (timeline === undefined) return { finish: () => undefined };
    const fold = new TimelineFold(timeline, history);
    return {
      finish(): void {
        for (const { problem } of fold.finish()) {
          ledger.check();
          if (problem !== undefined) ledger.violate(`timeline ${timeline.number}: ${problem}`);
        }
      },
    };
  },
});
