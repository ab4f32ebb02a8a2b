import { otherColour, type Colour } from '../../system/ports/colour.ts';
import { rule, type Rule } from './rule.ts';

interface Delivered {
  readonly pod: string;
  readonly streamSequence: number;
}

/**
 * Nothing published by one colour is consumed by the other (PRODUCT, isolation; delivery I3, R77). A context may be in
 * both streams, where its tool was moved between two tries of "context complete": then each colour has it under a
 * sequence of its own, and a publisher that dies before it hears of its success leaves a message nobody told of.
 */
export const isolationColour: Rule = rule({
  id: 'isolation.colour',
  title: "no colour consumes the other's messages",
  kind: 'safety',
  source: 'PRODUCT isolation; delivery I3, R55, R77',
  excuses: [],
  watch({ history }, ledger) {
    const published: Record<Colour, Map<string, number>> = { blue: new Map(), green: new Map() };
    // A delivery may be seen before the publisher hears of its own success.
    const unexplained: Record<Colour, Map<string, Delivered>> = { blue: new Map(), green: new Map() };
    function consumedAcross(colour: Colour, contextId: string, pod: string): void {
      ledger.violate(
        `${pod} (${colour}) consumed ${contextId}, which only ${otherColour(colour)} had published`,
      );
    }
    history.on('completion.published', ({ colour, contextId, streamSequence }) => {
      published[colour].set(contextId, streamSequence);
      unexplained[colour].delete(contextId);
      const other = otherColour(colour);
      const delivered = unexplained[other].get(contextId);
      if (delivered?.streamSequence !== streamSequence) return;
      unexplained[other].delete(contextId);
      consumedAcross(other, contextId, delivered.pod);
    });
    history.on('completion.delivered', ({ colour, contextId, pod, streamSequence }) => {
      ledger.check();
      if (published[colour].has(contextId)) return;
      if (published[otherColour(colour)].get(contextId) === streamSequence) {
        consumedAcross(colour, contextId, pod);
      } else unexplained[colour].set(contextId, { pod, streamSequence });
    });
    return { finish: () => undefined };
  },
});
