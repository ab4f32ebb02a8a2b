import type { SystemEvent } from '../../system/ports/system-event.ts';
import { cassandraImpaired, defendersFrozen, natsImpaired } from './excuses.ts';
import { DefenderRoster } from './defender-roster.ts';
import { rule, type Rule } from './rule.ts';

type Step = Extract<SystemEvent, { kind: 'shutdown.step' }>['step'];

const order: readonly Step[] = [
  'stop-accepting',
  'drained',
  'unsubscribed',
  'id-released',
  'leadership-released',
  'exit',
];
const exitPosition = order.length - 1;

interface Progress {
  position: number;
  readonly sinceUs: number;
}

/**
 * A planned stop goes through every step of R202 in order and ends by itself inside the grace period (PRODUCT, shutdown;
 * delivery R201, R202). A Defender that was killed in the middle is judged as far as it came.
 */
export const shutdownOrder: Rule = rule({
  id: 'shutdown.order',
  title: 'shutdown in the order of R202, inside 30 s',
  kind: 'safety',
  source: 'PRODUCT shutdown; delivery R201, R202, C29, C30',
  excuses: [natsImpaired, cassandraImpaired, defendersFrozen],
  watch({ history, facts }, ledger) {
    const progress = new Map<string, Progress>();
    history.on('shutdown.step', ({ pod, step, colour }, timeUs) => {
      ledger.check();
      const position = order.indexOf(step);
      const before = progress.get(pod);
      if (before === undefined) {
        if (position !== 0) ledger.violate(`${pod} began its shutdown with ${step}`);
        progress.set(pod, { position, sinceUs: timeUs });
        return;
      }
      if (position !== before.position + 1)
        ledger.violate(`${pod}: ${step} came right after ${order[before.position] ?? ''}`);
      before.position = position;
      const tookUs = timeUs - before.sinceUs;
      if (step === 'exit' && tookUs > facts.gracePeriodMs * 1000) {
        ledger.violateUnlessExcused(`${pod} took ${(tookUs / 1000).toFixed(0)} ms to stop`, tookUs, colour);
      }
    });
    // Before the roster learns of it: a Defender that still holds an id has not given it back.
    history.on('pod.ended', ({ pod, how }, timeUs) => {
      const before = progress.get(pod);
      progress.delete(pod);
      if (before === undefined) {
        if (how === 'exited' && roster.holderIn(pod) !== undefined)
          ledger.violate(`${pod} exited with its id and without a shutdown`);
        return;
      }
      if (before.position === exitPosition) return;
      if (how === 'grace-expired' || how === 'failed' || how === 'exited') {
        ledger.violateUnlessExcused(
          `${pod} ended (${how}) after ${order[before.position] ?? ''}`,
          timeUs - before.sinceUs,
        );
      }
    });
    history.on('pod.restarting', ({ pod }) => {
      progress.delete(pod);
    });
    const roster = new DefenderRoster(history);
    return { finish: () => undefined };
  },
});
