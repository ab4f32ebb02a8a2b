import { rule, type Rule } from './rule.ts';

interface Published {
  readonly streamSequence: number;
  readonly sinceUs: number;
}

/**
 * A completion whose publish NATS acknowledged is in its stream until a Defender took it out (jetstream R1, D1). One
 * that stays there because no consumer delivers it is for `liveness.converged`.
 */
export const durabilityPublished: Rule = rule({
  id: 'durability.published',
  title: 'every acknowledged completion stays in its stream until it is processed',
  kind: 'safety',
  source: 'PRODUCT delivery; jetstream R1, D1',
  excuses: [],
  watch({ history, facts }, ledger) {
    // By context: published, without a result and not given up by name.
    const open = new Map<string, Published>();
    const done = new Set<string>();
    history.on('completion.published', ({ contextId, streamSequence }, timeUs) => {
      ledger.check();
      if (!done.has(contextId)) open.set(contextId, { streamSequence, sinceUs: timeUs });
    });
    const settle = (contextId: string): void => {
      open.delete(contextId);
      done.add(contextId);
    };
    history.on('uchart.stored', ({ contextId }) => settle(contextId));
    history.on('completion.dead-lettered', ({ contextId }) => settle(contextId));
    return {
      finish(): void {
        const waiting = new Set(facts.waitingCompletions());
        for (const [contextId, { streamSequence, sinceUs }] of open) {
          if (waiting.has(contextId)) continue;
          ledger.violate(
            `${contextId}: NATS acknowledged its completion as ${streamSequence} at ${(sinceUs / 1e6).toFixed(0)} s, and it is neither in the stream nor processed`,
          );
        }
      },
    };
  },
});
