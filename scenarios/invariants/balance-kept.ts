import type { Colour } from '../../system/ports/colour.ts';
import type { AssignmentChange } from '../../system/ports/system-event.ts';
import { watchMaps } from './map-in-force.ts';
import { rule, type Rule, type RuleLedger, type WorldFacts } from './rule.ts';

const most = 1.2;
const least = 0.8;
/** Fewer units a member than this cannot be spread evenly. */
const leastUnitsPerMember = 5;

/** What the members of one map said they own. */
class AppliedMap {
  readonly loads = new Map<string, number>();
  units = 0;
  published: AssignmentChange | undefined;
}

/**
 * The load of every member is within ±20 % of the mean (PRODUCT, movement; defender §4), by the true weights of the units
 * that members apply; what the leader says of its map counts for nothing here. Whole units allow no finer spread than the
 * heaviest-first packing reaches, and one mean unit.
 */
export const balanceKept: Rule = rule({
  id: 'balance.kept',
  title: 'by true weights, the load of every member is within ±20 % of the mean',
  kind: 'safety',
  source: 'PRODUCT movement; defender §4; issue 6',
  excuses: [],
  watch({ history, facts }, ledger) {
    const maps: Record<Colour, Map<number, AppliedMap>> = { blue: new Map(), green: new Map() };
    function mapOf(colour: Colour, version: number): AppliedMap {
      const map = maps[colour].get(version) ?? new AppliedMap();
      maps[colour].set(version, map);
      return map;
    }
    watchMaps(history, (event) => {
      const map = mapOf(event.colour, event.version);
      map.published = event;
      judgeIfWhole(ledger, facts, map);
    });
    history.on('assignment.applied', ({ colour, defenderId, version, owned }) => {
      const map = mapOf(colour, version);
      if (map.loads.has(defenderId)) return;
      map.units += owned.length;
      map.loads.set(
        defenderId,
        owned.reduce((load, unit) => load + (facts.unitWeights.get(unit) ?? 0), 0),
      );
      judgeIfWhole(ledger, facts, map);
      for (const known of maps[colour].keys()) if (known < version - 1) maps[colour].delete(known);
    });
    return { finish: () => undefined };
  },
});

/** Once, when all members of the map have applied it. */
function judgeIfWhole(ledger: RuleLedger, facts: WorldFacts, map: AppliedMap): void {
  const { published, loads } = map;
  if (published === undefined || loads.size !== published.members || map.units !== published.units) return;
  if (map.units < leastUnitsPerMember * loads.size) return;
  ledger.check();
  const mean = sum([...loads.values()]) / loads.size;
  const packed = heaviestFirst([...facts.unitWeights.values()], loads.size);
  const grain = loads.size / map.units;
  const bound = { most: Math.max(most, packed.most) + grain, least: Math.min(least, packed.least) - grain };
  const fullest = Math.max(...loads.values()) / mean;
  const emptiest = Math.min(...loads.values()) / mean;
  if (fullest <= bound.most && emptiest >= bound.least) return;
  ledger.violate(
    `${published.colour} map ${published.version}: true load between ${emptiest.toFixed(2)} and ${fullest.toFixed(2)} of the mean over ${loads.size} members`,
  );
}

/** Fullest and emptiest over the mean when each unit goes, heaviest first, to the least loaded. */
function heaviestFirst(weights: readonly number[], members: number): { most: number; least: number } {
  const loads = new Float64Array(members);
  for (const weight of weights.toSorted((left, right) => right - left)) {
    const emptiest = loads.indexOf(Math.min(...loads));
    loads[emptiest] = (loads[emptiest] ?? 0) + weight;
  }
  const mean = sum(weights) / members;
  return { most: Math.max(...loads) / mean, least: Math.min(...loads) / mean };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
