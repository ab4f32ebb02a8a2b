import { otherColour, type Colour } from '../../system/ports/colour.ts';
import { budgetMs } from './budget-processing.ts';
import {
  cassandraImpaired,
  coloursTouched,
  defendersDisturbed,
  natsConnectionsHeal,
  natsImpaired,
} from './excuses.ts';
import { watchMaps } from './map-in-force.ts';
import { rule, type Rule } from './rule.ts';

/** A fault in one NATS cluster leaves the other colour untouched: its Defenders keep their connection, their map and the budget (PRODUCT, isolation). */
export const isolationFault: Rule = rule({
  id: 'isolation.fault',
  title: 'a fault in one NATS cluster leaves the other colour untouched',
  kind: 'safety',
  source: 'PRODUCT isolation; delivery R55',
  excuses: [natsImpaired, natsConnectionsHeal, cassandraImpaired, defendersDisturbed],
  watch({ history }, ledger) {
    /** NATS faults in force, with the colours that they hit. */
    const inForce = new Map<string, readonly Colour[]>();
    const struck: Record<Colour, number> = { blue: 0, green: 0 };
    function count(id: string, by: 1 | -1): void {
      for (const colour of inForce.get(id) ?? []) struck[colour] += by;
    }
    history.on('fault.started', ({ id, faultKind, targets }) => {
      if (!faultKind.startsWith('nats.') || targets.length === 0) return;
      inForce.set(id, coloursTouched(targets));
      count(id, 1);
    });
    history.on('fault.ended', ({ id }) => {
      count(id, -1);
      inForce.delete(id);
    });
    const isBystander = (colour: Colour): boolean => struck[otherColour(colour)] > 0 && struck[colour] === 0;
    history.on('completion.acknowledged', ({ colour, contextId, durationMs }) => {
      if (!isBystander(colour)) return;
      ledger.check();
      if (durationMs >= budgetMs) {
        ledger.violateUnlessExcused(
          `${contextId} took ${durationMs} ms on ${colour} while only ${otherColour(colour)} had a fault in NATS`,
          durationMs * 1000,
          colour,
        );
      }
    });
    history.on('defender.state', ({ colour, pod, to }) => {
      if (to !== 'degraded' || !isBystander(colour)) return;
      ledger.check();
      ledger.violateUnlessExcused(
        `${pod} (${colour}) lost NATS while only ${otherColour(colour)} had a fault in it`,
        0,
        colour,
      );
    });
    watchMaps(history, ({ colour, version, reason }) => {
      if (reason !== 'crash' || !isBystander(colour)) return;
      ledger.check();
      ledger.violateUnlessExcused(
        `${colour} published map ${version} after a crash while only ${otherColour(colour)} had a fault in NATS`,
        0,
        colour,
      );
    });
    return { finish: () => undefined };
  },
});
