import { cassandraImpaired, defendersDisturbed, natsImpaired } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

/** Delivery to ack stays below this (PRODUCT, processing time). */
export const budgetMs = 5000;
const quietBoundsMs = [
  [0.95, 3000],
  [0.99, 5000],
] as const;
/** Fewer contexts than this say nothing of a percentile. */
const leastContexts = 100;

/** Delivery to ack under 5 s for every context; with faults off p95 < 3 s and p99 < 5 s (PRODUCT; delivery R168). */
export const budgetProcessing: Rule = rule({
  id: 'budget.processing',
  title: 'every context is processed in under 5 s (quiet: p95 < 3 s, p99 < 5 s)',
  kind: 'safety',
  source: 'PRODUCT processing time; delivery R168–R176',
  excuses: [cassandraImpaired, natsImpaired, defendersDisturbed],
  watch({ history, facts }, ledger) {
    const durations: number[] = [];
    history.on('completion.acknowledged', (event) => {
      ledger.check();
      if (facts.quiet) durations.push(event.durationMs);
      if (event.durationMs >= budgetMs) {
        ledger.violateUnlessExcused(
          `${event.contextId} took ${event.durationMs} ms from delivery to ack on ${event.pod}`,
          event.durationMs * 1000,
          event.colour,
        );
      }
    });
    return {
      finish(): void {
        if (durations.length < leastContexts) return;
        durations.sort((left, right) => left - right);
        for (const [share, boundMs] of quietBoundsMs) {
          const value = durations[Math.ceil(share * durations.length) - 1] ?? 0;
          if (value >= boundMs) {
            ledger.violate(
              `p${share * 100} of ${durations.length} contexts is ${value} ms, the bound ${boundMs} ms`,
            );
          }
        }
      },
    };
  },
});
