import { rule, type Rule } from './rule.ts';

/** Least share that must move when members join is their share of the members; PRODUCT allows 36 % where 33.3 % is least. */
const slack = 0.36 / (1 / 3);
const towardsJoiners = 0.95;
const othersOnCrash = 0.05;
const loadMax = 1.2;
const loadMin = 0.8;

/** How many units a map may move, and how even it must leave the load (PRODUCT, movement; defender §4). */
export const movementBounds: Rule = rule({
  id: 'movement.bounds',
  title: 'a map moves few units and leaves the load within ±20 %',
  kind: 'safety',
  source: 'PRODUCT movement; defender §4',
  excuses: [],
  watch({ history }, ledger) {
    history.on('assignment.published', (event) => {
      ledger.check();
      const what = `${event.colour} map ${event.version} (${event.members} members, ${event.units} units)`;
      if (!event.boundRelaxed && event.units >= 10 * event.members) {
        // One unit more or less than the mean is the finest that whole units allow.
        const grain = event.members / event.units;
        if (event.loadMaxRatio > loadMax + grain || event.loadMinRatio < loadMin - grain) {
          ledger.violate(
            `${what}: load between ${event.loadMinRatio.toFixed(2)} and ${event.loadMaxRatio.toFixed(2)} of the mean`,
          );
        }
      }
      if (event.reason === 'cold-start' || event.reason === 'restart') return;
      const others = event.moved - event.movedFromLeft;
      const othersHeld = event.units - event.movedFromLeft;
      if (event.joined.length === 0 && event.left.length > 0 && others > othersOnCrash * othersHeld) {
        ledger.violate(`${what}: ${others} units of surviving members moved when ${event.left.length} left`);
      }
      if (event.joined.length > 0 && event.left.length === 0) {
        const share = event.joined.length / event.members;
        if (event.moved > slack * share * event.units + 2) {
          ledger.violate(`${what}: ${event.moved} units moved when ${event.joined.length} joined`);
        }
        if (event.moved >= 20 && event.movedToJoined < towardsJoiners * event.moved) {
          ledger.violate(
            `${what}: only ${event.movedToJoined} of ${event.moved} moved units went to members that joined`,
          );
        }
      }
    });
    return { finish: () => undefined };
  },
});
