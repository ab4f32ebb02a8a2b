import type { AssignmentChange } from '../../system/ports/system-event.ts';
import { watchMaps } from './map-in-force.ts';
import { rule, type Rule, type RuleLedger } from './rule.ts';

/**
 * Least share that must move when members join is their share of the members: PRODUCT allows 36 % where a third is least.
 * Few joiners may take more than their share of units, where those are light ones; measured over random changes.
 */
const slack = 0.36 / (1 / 3);
const slackOfFewJoiners = 1.25;
const slackOfSmallShare = 1.6;
const smallShare = 0.25;
const fewJoiners = 10;
const towardsJoiners = 0.95;
/** A few joiners leave bounds behind that take some moves among the others to keep. */
const besidesFew = 0.01;
/** The same as a share of what the joiners are due: in a small cluster it is the larger one. */
const besidesDue = 0.3;
const leastBesides = 4;
/** Whole units, where there are many. */
const leastGrain = 2;
const othersOnCrash = 0.05;
const loadMax = 1.2;
const loadMin = 0.8;
/** Fewer units a member than this cannot be spread evenly. */
const leastUnitsPerMember = 10;

/** How many units a map may move, and how even it must leave the load (PRODUCT, movement; defender §4). */
export const movementBounds: Rule = rule({
  id: 'movement.bounds',
  title: 'a map moves few units and leaves the load within ±20 %',
  kind: 'safety',
  source: 'PRODUCT movement; defender §4',
  excuses: [],
  watch({ history }, ledger) {
    watchMaps(history, (event) => {
      ledger.check();
      if (event.members === 0 || event.units === 0) return;
      judgeLoad(ledger, event);
      switch (event.reason) {
        case 'cold-start':
        case 'restart':
          return;
        case 'crash':
        case 'scaling':
          if (event.joined.length === 0 && event.left.length > 0) judgeLeave(ledger, event);
          if (event.joined.length > 0 && event.left.length === 0) judgeJoin(ledger, event);
          return;
      }
    });
    return { finish: () => undefined };
  },
});

function judgeLoad(ledger: RuleLedger, event: AssignmentChange): void {
  const { boundRelaxed, units, members, loadMaxRatio, loadMinRatio } = event;
  if (boundRelaxed || units < leastUnitsPerMember * members) return;
  // One unit more or less than the mean is the finest that whole units allow.
  const grain = members / units;
  if (loadMaxRatio <= loadMax + grain && loadMinRatio >= loadMin - grain) return;
  ledger.violate(
    `${nameOf(event)}: load between ${loadMinRatio.toFixed(2)} and ${loadMaxRatio.toFixed(2)} of the mean`,
  );
}

function judgeLeave(ledger: RuleLedger, event: AssignmentChange): void {
  const { moved, movedFromLeft, units, left } = event;
  const others = moved - movedFromLeft;
  // Whole units: a share of them rounds up, since the bound on load may take the next one; with few, two.
  const least = units < leastUnitsPerMember * event.members ? 2 : 1;
  if (others <= Math.max(least, Math.ceil(othersOnCrash * (units - movedFromLeft)))) return;
  ledger.violate(`${nameOf(event)}: ${others} units of surviving members moved when ${left.length} left`);
}

function judgeJoin(ledger: RuleLedger, event: AssignmentChange): void {
  const { moved, movedToJoined, units, members, joined } = event;
  const share = joined.length / members;
  const isSmall = share <= smallShare;
  const allowed = isSmall ? slackOfSmallShare : joined.length < fewJoiners ? slackOfFewJoiners : slack;
  // What may go elsewhere in a small cluster comes on top of what the joiners are due.
  const grain = units < leastUnitsPerMember * members ? leastBesides : leastGrain;
  if (moved > allowed * share * units + grain) {
    ledger.violate(`${nameOf(event)}: ${moved} units moved when ${joined.length} joined`);
  }
  const besidesSmall = isSmall ? Math.max(besidesFew, besidesDue * share) * units : 0;
  const besides = Math.max((1 - towardsJoiners) * moved, besidesSmall, leastBesides);
  if (moved - movedToJoined > besides) {
    ledger.violate(
      `${nameOf(event)}: only ${movedToJoined} of ${moved} moved units went to members that joined`,
    );
  }
}

function nameOf({ colour, version, members, units }: AssignmentChange): string {
  return `${colour} map ${version} (${members} members, ${units} units)`;
}
