import { cassandraImpaired, natsImpaired, podsDisturbed } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

const budgetMs = 5000;
const p95Ms = 3000;
const p99Ms = 5000;

/** Delivery to ack under 5 s for every context; with faults off p95 < 3 s and p99 < 5 s (PRODUCT; delivery R168). */
export const budgetProcessing: Rule = rule({
  id: 'budget.processing',
  title: 'every context is processed in under 5 s (quiet: p95 < 3 s, p99 < 5 s)',
  kind: 'safety',
  source: 'PRODUCT processing time; delivery R168–R176',
  excuses: [cassandraImpaired, natsImpaired, podsDisturbed],
  watch({ history, facts }, ledger) {
    const durations: number[] = [];
    history.on('completion.acknowledged', (event) => {
      ledger.check();
      if (facts.quiet) durations.push(event.durationMs);
      if (event.durationMs >= budgetMs) {
        ledger.violateUnlessExcused(
          `${event.contextId} took ${event.durationMs} ms from delivery to ack on ${event.pod}`,
          event.durationMs * 1000,
        );
      }
    });
    return {
      finish(): void {
        if (durations.length < 100) return;
        durations.sort((left, right) => left - right);
        for (const [share, boundMs] of [
          [0.95, p95Ms],
          [0.99, p99Ms],
        ] as const) {
          const value = durations[Math.ceil(share * durations.length) - 1] ?? 0;
          if (value >= boundMs)
            ledger.violate(
              `p${share * 100} of ${durations.length} contexts is ${value} ms, the bound ${boundMs} ms`,
            );
        }
      },
    };
  },
});
