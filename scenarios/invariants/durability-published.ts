import { convergenceUs } from './liveness-converged.ts';
import { rule, type Rule } from './rule.ts';

interface Published {
  readonly streamSequence: number;
  readonly sinceUs: number;
}

/**
 * A completion whose publish NATS acknowledged is in its stream until a Defender took it out, and reaches a Defender:
 * it is neither lost by servers (jetstream R1, D1) nor passed over by a consumer's cursor (jetstream F46).
 */
export const durabilityPublished: Rule = rule({
  id: 'durability.published',
  title: 'every acknowledged completion stays in its stream until it is processed',
  kind: 'safety',
  source: 'PRODUCT delivery; jetstream R1, D1, F46',
  excuses: [],
  watch({ kernel, history, facts }, ledger) {
    // By context: published, without a result and not given up by name.
    const open = new Map<string, Published>();
    const done = new Set<string>();
    const delivered = new Set<string>();
    let healedUs = 0;
    history.on('completion.published', ({ contextId, streamSequence }, timeUs) => {
      ledger.check();
      if (!done.has(contextId)) open.set(contextId, { streamSequence, sinceUs: timeUs });
    });
    history.on('completion.delivered', ({ contextId }) => {
      delivered.add(contextId);
    });
    const settle = (contextId: string): void => {
      open.delete(contextId);
      delivered.delete(contextId);
      done.add(contextId);
    };
    history.on('uchart.stored', ({ contextId }) => settle(contextId));
    history.on('completion.dead-lettered', ({ contextId }) => settle(contextId));
    history.on('phase', ({ phase }, timeUs) => {
      if (phase === 'healing') healedUs = timeUs;
    });
    return {
      finish(): void {
        const waiting = new Set(facts.waitingCompletions());
        for (const [contextId, { streamSequence, sinceUs }] of open) {
          const told = `${contextId}: NATS acknowledged its completion as ${streamSequence} at ${(sinceUs / 1e6).toFixed(0)} s`;
          if (!waiting.has(contextId)) {
            ledger.violate(`${told}, and it is neither in the stream nor processed`);
          } else if (
            !delivered.has(contextId) &&
            kernel.nowUs - Math.max(sinceUs, healedUs) > convergenceUs
          ) {
            ledger.violate(`${told}, it lies in the stream, and no consumer delivers it`);
          }
        }
      },
    };
  },
});
