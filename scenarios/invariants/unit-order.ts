import type { Colour } from '../../system/ports/colour.ts';
import type { Excuse } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

const positionLost: Excuse = {
  reason: 'NATS may have lost what a consumer had been told',
  faults: [{ kind: 'nats.power-loss' }, { kind: 'jetstream.' }],
  graceUs: Number.MAX_SAFE_INTEGER,
};

/**
 * The completions of a unit are processed in the order of their stream (defender §5): what was delivered first is stored,
 * or given up, before a later one is.
 */
export const unitOrder: Rule = rule({
  id: 'unit.order',
  title: 'the completions of a unit are processed in order',
  kind: 'safety',
  source: 'PRODUCT stream; defender §5; issue 6',
  excuses: [positionLost],
  watch({ history, facts }, ledger) {
    /** Delivered and not stored yet: context and its sequence, by unit. */
    const open: Record<Colour, Map<string, Map<string, number>>> = { blue: new Map(), green: new Map() };
    const stored = new Set<string>();
    history.on('completion.delivered', ({ colour, unit, contextId, streamSequence }) => {
      if (stored.has(contextId) || !facts.unitWeights.has(unit)) return;
      const contexts = open[colour].get(unit) ?? new Map<string, number>();
      open[colour].set(unit, contexts);
      // A completion that was published twice keeps its first place.
      if (!contexts.has(contextId)) contexts.set(contextId, streamSequence);
    });
    history.on('completion.dead-lettered', ({ colour, unit, contextId }) => {
      stored.add(contextId);
      open[colour].get(unit)?.delete(contextId);
    });
    history.on('uchart.stored', ({ colour, unit, contextId, pod }) => {
      stored.add(contextId);
      const contexts = open[colour].get(unit);
      const sequence = contexts?.get(contextId);
      if (contexts === undefined || sequence === undefined) return;
      contexts.delete(contextId);
      ledger.check();
      for (const [earlier, earlierSequence] of contexts) {
        if (earlierSequence >= sequence || stored.has(earlier)) continue;
        ledger.violateUnlessExcused(
          `${pod} (${colour}) processed ${contextId} before ${earlier}, which was delivered earlier`,
          0,
          colour,
        );
      }
    });
    return { finish: () => undefined };
  },
});
