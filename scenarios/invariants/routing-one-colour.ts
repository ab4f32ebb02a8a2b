import type { Colour } from '../../system/ports/colour.ts';
import { rule, type Rule } from './rule.ts';

interface Epoch {
  readonly canaryTools: ReadonlySet<string>;
  readonly stableColour: Colour;
  readonly canaryColour: Colour;
}

/** In one routing epoch a gateway serves a tool by one colour, the one the list says; its epochs only grow, so never A→B→A (PRODUCT, routing; delivery I2). */
export const routingOneColour: Rule = rule({
  id: 'routing.one-colour',
  title: 'one colour per tool, gateway and routing epoch, as the list says',
  kind: 'safety',
  source: 'PRODUCT routing; delivery I2, F7',
  excuses: [],
  watch({ history }, ledger) {
    const epochs = new Map<number, Epoch>();
    /** Newest epoch of a tool, by gateway: a gateway may hear of a rollback of some tools by another way than its list. */
    const newest = new Map<string, Map<string, number>>();
    history.on('routing.changed', (event) => {
      epochs.set(event.epoch, {
        canaryTools: new Set(event.canaryTools),
        stableColour: event.stableColour,
        canaryColour: event.canaryColour,
      });
    });
    history.on('request.routed', (event) => {
      ledger.check();
      let ofGateway = newest.get(event.gateway);
      if (ofGateway === undefined) {
        ofGateway = new Map();
        newest.set(event.gateway, ofGateway);
      }
      const last = ofGateway.get(event.tool) ?? 0;
      if (event.epoch < last) {
        ledger.violate(`${event.gateway} went back from epoch ${last} to ${event.epoch} for ${event.tool}`);
        return;
      }
      if (event.epoch > last) ofGateway.set(event.tool, event.epoch);
      const epoch = epochs.get(event.epoch);
      if (epoch === undefined) {
        ledger.violate(`${event.gateway} routes by epoch ${event.epoch}, which Management never announced`);
        return;
      }
      const colour = epoch.canaryTools.has(event.tool) ? epoch.canaryColour : epoch.stableColour;
      if (colour !== event.colour) {
        ledger.violate(
          `${event.gateway} sent ${event.tool} to ${event.colour} in epoch ${event.epoch}, the list says ${colour}`,
        );
      }
    });
    return { finish: () => undefined };
  },
});
