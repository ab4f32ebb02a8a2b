import { rule, type Rule } from './rule.ts';

/** Digest of the first stored result of each context; a number a context is all that is kept. */
interface Seen {
  digest: number;
  results: number;
}

/** Every completed context has exactly one effective result, however often it was delivered, and none is lost (PRODUCT, idempotency). */
export const effectExactlyOnce: Rule = rule({
  id: 'effect.exactly-once',
  title: 'every completed context has exactly one effective result',
  kind: 'safety',
  source: 'PRODUCT idempotency; delivery R32, I1',
  excuses: [],
  watch({ history }, ledger) {
    const stored = new Map<string, Seen>();
    const open = new Map<string, number>();
    history.on('uchart.stored', (event) => {
      ledger.check();
      const seen = stored.get(event.contextId);
      if (seen === undefined) stored.set(event.contextId, { digest: event.digest, results: 1 });
      else if (seen.digest !== event.digest) {
        seen.results++;
        ledger.violate(
          `${event.contextId} got a second, different result from ${event.pod} (${seen.results} in all): ${seen.digest} and ${event.digest}`,
        );
      }
      open.delete(event.contextId);
    });
    history.on('context.completed', (event, timeUs) => {
      if (!stored.has(event.contextId)) open.set(event.contextId, timeUs);
    });
    return {
      finish(): void {
        for (const [contextId, timeUs] of open) {
          ledger.violate(
            `${contextId}, completed at ${seconds(timeUs)} s, has no result: the wafer was lost`,
            timeUs,
          );
        }
      },
    };
  },
});

function seconds(timeUs: number): string {
  return (timeUs / 1e6).toFixed(1);
}
