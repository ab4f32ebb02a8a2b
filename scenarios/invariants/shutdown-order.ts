import { cassandraImpaired, natsImpaired } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

const order = [
  'stop-accepting',
  'drained',
  'unsubscribed',
  'id-released',
  'leadership-released',
  'exit',
] as const;

/** A planned stop goes through R202 in order and ends inside the grace period (PRODUCT, shutdown; delivery R201, R202). */
export const shutdownOrder: Rule = rule({
  id: 'shutdown.order',
  title: 'shutdown in the order of R202, inside 30 s',
  kind: 'safety',
  source: 'PRODUCT shutdown; delivery R201, R202, C29, C30',
  excuses: [natsImpaired, cassandraImpaired],
  watch({ history, facts }, ledger) {
    const progress = new Map<string, { last: number; sinceUs: number }>();
    history.on('shutdown.step', (event, timeUs) => {
      ledger.check();
      const position = order.indexOf(event.step);
      const before = progress.get(event.pod);
      if (before === undefined) {
        progress.set(event.pod, { last: position, sinceUs: timeUs });
        if (position !== 0) ledger.violate(`${event.pod} began its shutdown with ${event.step}`);
        return;
      }
      if (position <= before.last)
        ledger.violate(`${event.pod}: ${event.step} came after ${order[before.last]}`);
      before.last = position;
      if (event.step === 'exit') {
        progress.delete(event.pod);
        const tookMs = (timeUs - before.sinceUs) / 1000;
        if (tookMs > facts.gracePeriodMs) {
          ledger.violateUnlessExcused(
            `${event.pod} took ${tookMs.toFixed(0)} ms to stop`,
            timeUs - before.sinceUs,
          );
        }
      }
    });
    history.on('pod.ended', (event, timeUs) => {
      const before = progress.get(event.pod);
      if (before === undefined) return;
      progress.delete(event.pod);
      if (event.how === 'grace-expired') {
        ledger.violateUnlessExcused(
          `${event.pod} was killed at the end of its grace period, after ${order[before.last]}`,
          timeUs - before.sinceUs,
        );
      }
    });
    return { finish: () => undefined };
  },
});
