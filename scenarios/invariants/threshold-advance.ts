import { timeScale } from '../variants/threshold/scale.ts';
import { rule, type Rule } from './rule.ts';

/** Until a scrape, a window with enough requests, and a tick have seen it. */
const seenUs = 200e6 * timeScale;

/** A canary that is not well gets no larger share, whether that can be measured or not (delivery R272–R274, I6). */
export const thresholdAdvance: Rule = rule({
  id: 'threshold.advance',
  title: 'a canary that is not well gets no larger share',
  kind: 'safety',
  source: 'delivery R272–R274, F27–F29, I6',
  excuses: [],
  onlyTag: 'variant-threshold',
  watch({ history, kernel }, ledger) {
    let weightPercent = 0;
    let badSinceUs: number | undefined;
    let truthNow = '';
    history.on('threshold.truth', ({ truth }, timeUs) => {
      truthNow = truth;
      badSinceUs = truth === 'healthy' || truth === 'recovered' ? undefined : timeUs;
    });
    history.on('canary.configured', (event) => {
      const grew = event.weightPercent > weightPercent;
      const from = weightPercent;
      weightPercent = event.weightPercent;
      if (!grew) return;
      ledger.check();
      // From nothing to the first share is no judgement of requests.
      if (badSinceUs === undefined || from === 0 || kernel.nowUs - badSinceUs < seenUs) return;
      ledger.violate(`with ${truthNow} the share grew from ${from} % to ${weightPercent} %`);
    });
    return { finish: () => undefined };
  },
});
