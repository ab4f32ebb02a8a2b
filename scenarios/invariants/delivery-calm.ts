import type { Colour } from '../../system/ports/colour.ts';
import { rule, type Rule } from './rule.ts';

/**
 * Failures back off by 1, 2, 4, 8 s, releases come once a hand-over, and an ack wait is 30 s: a handful of deliveries in
 * any ten seconds is all there can be.
 */
const spanUs = 10_000_000;
const mostInSpan = 8;

interface Burst {
  sinceUs: number;
  deliveries: number;
}

/** Nobody gives a completion back in a loop (jetstream 48; issue 6 "nak storm"): that would load NATS for nothing. */
export const deliveryCalm: Rule = rule({
  id: 'delivery.calm',
  title: 'no completion is delivered more than 8 times in 10 s',
  kind: 'safety',
  source: 'defender §5; issue 6',
  excuses: [],
  watch({ history }, ledger) {
    const bursts: Record<Colour, Map<number, Burst>> = { blue: new Map(), green: new Map() };
    history.on('completion.delivered', ({ colour, contextId, pod, streamSequence }, timeUs) => {
      ledger.check();
      const burst = bursts[colour].get(streamSequence);
      if (burst === undefined || timeUs - burst.sinceUs > spanUs) {
        bursts[colour].set(streamSequence, { sinceUs: timeUs, deliveries: 1 });
        return;
      }
      burst.deliveries++;
      if (burst.deliveries !== mostInSpan + 1) return;
      ledger.violate(
        `${contextId} was delivered ${burst.deliveries} times in ${((timeUs - burst.sinceUs) / 1e6).toFixed(1)} s, last to ${pod} (${colour})`,
      );
    });
    history.on('completion.acknowledged', ({ colour, streamSequence }) => {
      bursts[colour].delete(streamSequence);
    });
    return { finish: () => undefined };
  },
});
