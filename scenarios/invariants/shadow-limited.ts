import { rule, type Rule } from './rule.ts';

/** Of all gateways together (delivery R137). */
const perSecond = 100;
const burst = 200;
const windowSeconds = 2;

/** In any two seconds no more is copied than the rate and the burst allow (delivery R137). */
export const shadowLimited: Rule = rule({
  id: 'shadow.limited',
  title: 'at most 100 copies a second, and 200 in a burst',
  kind: 'safety',
  source: 'delivery R137, F26',
  excuses: [],
  onlyTag: 'variant-mirror',
  watch({ history }, ledger) {
    let sentUs: number[] = [];
    history.on('shadow.sent', ({ side }, timeUs) => {
      if (side === 'live') return;
      ledger.check();
      const fromUs = timeUs - windowSeconds * 1e6;
      if ((sentUs[0] ?? Infinity) < fromUs - 1e6) sentUs = sentUs.filter((sent) => sent > fromUs);
      sentUs.push(timeUs);
      const count = sentUs.filter((sent) => sent > fromUs).length;
      // A gateway that was started again begins with an empty bucket.
      if (count > perSecond * windowSeconds + 1.5 * burst) {
        ledger.violate(`${count} copies within ${windowSeconds} s`);
      }
    });
    return { finish: () => undefined };
  },
});
