import type { SystemEvent } from '../../system/ports/system-event.ts';
import { defendersFrozen, natsImpaired } from './excuses.ts';
import { DefenderRoster } from './defender-roster.ts';
import { watchMaps } from './map-in-force.ts';
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
/** The first step comes as soon as the signal does, which may wait for a preStop of 5 s. */
const beginUs = 6_000_000;

interface Progress {
  position: number;
  readonly sinceUs: number;
}

/**
 * A Defender that stops follows no new map, and a planned stop goes through every step of R202 in order and ends by itself inside the grace period (PRODUCT, shutdown;
 * delivery R201, R202). A Defender that was killed in the middle is judged as far as it came.
 */
export const shutdownOrder: Rule = rule({
  id: 'shutdown.order',
  title: 'shutdown in the order of R202, inside 30 s',
  kind: 'safety',
  source: 'PRODUCT shutdown; delivery R201, R202, C29, C30; defender §7',
  excuses: [natsImpaired, defendersFrozen],
  watch({ history, facts }, ledger) {
    const progress = new Map<string, Progress>();
    /** Defenders that were told to stop and have not begun. */
    const told = new Map<string, number>();
    function lookForIdle(_event: unknown, timeUs: number): void {
      for (const [pod, sinceUs] of told) {
        if (timeUs - sinceUs <= beginUs) continue;
        told.delete(pod);
        const holder = roster.holderIn(pod);
        if (holder === undefined) continue;
        ledger.check();
        ledger.violateUnlessExcused(
          `${pod} had not begun to stop ${((timeUs - sinceUs) / 1e6).toFixed(1)} s after it was told to`,
          timeUs - sinceUs,
          holder.colour,
        );
      }
    }
    history.on('pod.terminating', ({ pod, deployment }, timeUs) => {
      lookForIdle(undefined, timeUs);
      if (deployment.startsWith('defender-')) told.set(pod, timeUs);
    });
    history.on('identity.claimed', lookForIdle);
    watchMaps(history, lookForIdle);
    history.on('shutdown.step', ({ pod, step, colour }, timeUs) => {
      ledger.check();
      lookForIdle(undefined, timeUs);
      told.delete(pod);
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
    history.on('assignment.applied', ({ pod, version }) => {
      if (progress.has(pod)) ledger.violate(`${pod} followed map ${version} while it was stopping`);
    });
    // Before the roster learns of it: a Defender that still holds an id has not given it back.
    history.on('pod.ended', ({ pod, how }, timeUs) => {
      const before = progress.get(pod);
      progress.delete(pod);
      told.delete(pod);
      const isPlanned = how === 'exited' || how === 'failed' || how === 'grace-expired';
      if (!isPlanned || before?.position === exitPosition) return;
      if (before !== undefined) {
        ledger.violateUnlessExcused(
          `${pod} ended (${how}) after ${order[before.position] ?? ''}`,
          timeUs - before.sinceUs,
        );
      } else if (roster.holderIn(pod) !== undefined) {
        ledger.violateUnlessExcused(
          `${pod} ended (${how}) with its id and without a shutdown`,
          facts.gracePeriodMs * 1000,
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
