import { rule, type Rule } from './rule.ts';

/** Of all gateways together (delivery R147). */
const perSecond = 50;
const burst = 100;
const windowSeconds = 3;

/** In any three seconds the canary gets no more than its rate and its burst allow (delivery R147). */
export const canaryLimited: Rule = rule({
  id: 'canary.limited',
  title: 'the canary gets at most 50 requests a second, and 100 in a burst',
  kind: 'safety',
  source: 'delivery R147, F24',
  excuses: [],
  onlyTag: 'variant-percentage',
  watch({ history }, ledger) {
    let sentUs: number[] = [];
    history.on('canary.routed', ({ backend }, timeUs) => {
      if (backend !== 'canary') return;
      ledger.check();
      const fromUs = timeUs - windowSeconds * 1e6;
      if ((sentUs[0] ?? Infinity) < fromUs - 1e6) sentUs = sentUs.filter((sent) => sent > fromUs);
      sentUs.push(timeUs);
      const count = sentUs.filter((sent) => sent > fromUs).length;
      // A gateway that was started again begins with an empty bucket, and each rounds its share up by one.
      const most = perSecond * windowSeconds + 2 * burst;
      if (count > most) ledger.violate(`${count} requests to the canary within ${windowSeconds} s`);
    });
    return { finish: () => undefined };
  },
});
