import type { Colour } from '../../system/ports/colour.ts';
import { rule, type Rule } from './rule.ts';

interface Effects {
  readonly publishedBy: Set<Colour>;
  results: number;
  readonly digests: Set<number>;
  alarms: number;
}

/**
 * One effect a context, whichever of V1 and V2 it went through, and where it went through both: every completion that
 * one of them took has a result in the end or still waits there, all results of a context are one and the same, and its
 * alarm took effect at most once (delivery R208, R210; PRODUCT, delivery). Unlike the rules that it is close to it judges
 * contexts, not deliveries: a wafer that one version lets go and the other never sees is lost here.
 */
export const effectAcrossVersions: Rule = rule({
  id: 'effect.across-versions',
  title: 'one effect per context across V1 and V2',
  kind: 'safety',
  source: 'delivery R208, R210; PRODUCT delivery',
  excuses: [],
  onlyTag: 'v1',
  watch({ history, facts }, ledger) {
    const contexts = new Map<string, Effects>();
    const of = (contextId: string): Effects => {
      let known = contexts.get(contextId);
      if (known === undefined) {
        known = { publishedBy: new Set(), results: 0, digests: new Set(), alarms: 0 };
        contexts.set(contextId, known);
      }
      return known;
    };
    history.on('completion.published', ({ contextId, colour }) => {
      of(contextId).publishedBy.add(colour);
    });
    history.on('uchart.stored', ({ contextId, digest, colour }) => {
      const effects = of(contextId);
      effects.results++;
      effects.digests.add(digest);
      ledger.check();
      if (effects.digests.size > 1)
        ledger.violate(`${contextId} has another result by ${colour} than before`);
    });
    history.on('alarm.raised', ({ contextId, effective, colour }) => {
      const effects = of(contextId);
      if (effective) effects.alarms++;
      ledger.check();
      if (effective && effects.alarms > 1) {
        ledger.violate(`${contextId}: its alarm took effect ${effects.alarms} times, the last by ${colour}`);
      }
    });
    return {
      finish(): void {
        const waiting = new Set(facts.waitingCompletions());
        for (const [contextId, { publishedBy, results }] of contexts) {
          if (publishedBy.size === 0) continue;
          ledger.check();
          if (results > 0 || waiting.has(contextId)) continue;
          ledger.violate(
            `${contextId} was published by ${Array.from(publishedBy).join(' and ')}, has no result and waits nowhere`,
          );
        }
      },
    };
  },
});
