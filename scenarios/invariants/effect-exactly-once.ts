import { rule, type Rule } from './rule.ts';

/**
 * Every completed context has exactly one effective result, however often it was delivered, and none is lost (PRODUCT,
 * idempotency): a completion that is acknowledged leaves its stream, so its result must be durable by then. One that is
 * never acknowledged is for `liveness.converged`.
 */
export const effectExactlyOnce: Rule = rule({
  id: 'effect.exactly-once',
  title: 'every completed context has exactly one effective result',
  kind: 'safety',
  source: 'PRODUCT idempotency; delivery R32, I1',
  excuses: [],
  watch({ history }, ledger) {
    // Digest of the first result of each context.
    const stored = new Map<string, number>();
    const deadLettered = new Map<string, string>();
    history.on('uchart.stored', ({ contextId, digest, pod }) => {
      ledger.check();
      const first = stored.get(contextId);
      if (first === undefined) stored.set(contextId, digest);
      else if (first !== digest) {
        ledger.violate(
          `${contextId} got a second, different result from ${pod}: ${first} and then ${digest}`,
        );
      }
    });
    history.on('completion.dead-lettered', ({ contextId, reason }) => {
      if (!stored.has(contextId)) deadLettered.set(contextId, reason);
    });
    history.on('completion.acknowledged', ({ contextId, pod }) => {
      ledger.check();
      if (stored.has(contextId)) return;
      const reason = deadLettered.get(contextId);
      ledger.violate(
        reason === undefined
          ? `${pod} acknowledged ${contextId}, which has no durable result: a wafer can be lost`
          : `${contextId} has no result, it was given up as a dead letter: ${reason}`,
      );
    });
    return { finish: () => undefined };
  },
});
