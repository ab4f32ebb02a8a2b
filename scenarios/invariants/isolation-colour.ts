import type { Colour } from '../../system/ports/colour.ts';
import { rule, type Rule } from './rule.ts';

/** Nothing published by one colour is consumed by the other (PRODUCT, isolation; delivery I3, R77). */
export const isolationColour: Rule = rule({
  id: 'isolation.colour',
  title: "no colour consumes the other's messages",
  kind: 'safety',
  source: 'PRODUCT isolation; delivery I3, R55, R77',
  excuses: [],
  watch({ history }, ledger) {
    const published: Record<Colour, Set<string>> = { blue: new Set(), green: new Set() };
    history.on('completion.published', (event) => {
      published[event.colour].add(event.contextId);
    });
    // A delivery may be seen before the publisher hears of its own success, so the verdict waits for the end.
    const delivered: Record<Colour, Map<string, string>> = { blue: new Map(), green: new Map() };
    history.on('completion.delivered', (event) => {
      ledger.check();
      if (!published[event.colour].has(event.contextId))
        delivered[event.colour].set(event.contextId, event.pod);
    });
    return {
      finish(): void {
        for (const colour of ['blue', 'green'] as const) {
          const other: Colour = colour === 'blue' ? 'green' : 'blue';
          for (const [contextId, pod] of delivered[colour]) {
            if (!published[colour].has(contextId) && published[other].has(contextId)) {
              ledger.violate(`${pod} (${colour}) consumed ${contextId}, which only ${other} had published`);
            }
          }
        }
      },
    };
  },
});
