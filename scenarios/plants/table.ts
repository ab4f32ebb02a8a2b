import { readFile, rename, writeFile } from 'node:fs/promises';
import { flagsOf, runTool, wholeNumber } from '../cli/flags.ts';
import { InputError } from '../cli/input-error.ts';
import { runScenario } from '../runner.ts';
import { BlindSearch, catalogueCampaign, defenderCampaign } from './blind.ts';
import { BlindVariantSearch } from './blind-variants.ts';
import { FailureSearch } from './failure-search.ts';
import { failureRows } from './failure-table.ts';
import { plantNamed, plants, plantsByArea } from './index.ts';
import type { Plant } from './plant.ts';
import {
  formatHead,
  formatRow,
  rowsOf,
  withRows,
  type TableCells,
  type TableTitle,
} from './table-document.ts';

const usage = `npm run plants                                                  every bug with the scenario that is made for it
npm run plants -- --blind [--seeds N] [--area defender|other|variants]   random campaigns that know nothing of the bugs
npm run plants -- --failures [--seeds N]                        each row of the table of failures in docs/delivery.md
  --plant NAME   this bug only (may be repeated)
  --write        stores each row in docs/planted-bugs.md as soon as it is known
  --missing      only bugs that have no row there yet: goes on where a run with --write ended`;

const failureDocument = new URL('../../docs/delivery.md', import.meta.url);
const document = new URL('../../docs/planted-bugs.md', import.meta.url);
const mostAimedSeeds = 10;
/** A long search says now and then that it goes on. */
const seedsATold = 10;

/** For every planted bug how many seeds it took to break its rule, named first. */
async function seedsUntilCaught(plant: Plant): Promise<string> {
  for (let seed = 1; seed <= mostAimedSeeds; seed++) {
    const result = await runScenario({
      scenario: plant.scenario,
      seed: BigInt(seed),
      overrides: plant.overrides,
      plant: plant.name,
    });
    if (result.verdict !== 'failed') continue;
    return result.reasons[0]?.startsWith(`${plant.rule}: `) === true
      ? String(seed)
      : `${seed}, but named ${result.reasons[0] ?? ''}`;
  }
  return `not within ${mostAimedSeeds}`;
}

/** What a row of the table says about one bug. */
type Measure = (plant: Plant) => Promise<TableCells>;

async function aimedCells(plant: Plant): Promise<TableCells> {
  const values = Object.entries(plant.overrides)
    .map(([name, value]) => ` ${name}=${value}`)
    .join('');
  const seeds = await seedsUntilCaught(plant);
  return [plant.summary, `\`${plant.rule}\``, `${plant.scenario}${values}`, seeds];
}

function blindMeasure(mostSeeds: number): Measure {
  const searches = {
    defender: new BlindSearch(defenderCampaign),
    other: new BlindSearch(catalogueCampaign),
    variants: new BlindVariantSearch(),
  };
  return async (plant) => {
    const search = searches[areaOf(plant)];
    const { find, seconds } = await search.find(plant, mostSeeds, (turn) => {
      if (turn % seedsATold === 0) console.error(`${plant.name}: seed ${turn}`);
    });
    return [
      plant.summary,
      find === undefined ? `not within ${mostSeeds}` : String(find.seeds),
      seconds.toFixed(0),
      find?.scenario ?? '',
      find?.rules.map((rule) => `\`${rule}\``).join(', ') ?? '',
    ];
  };
}

/** Prints each row as it is known, and stores it where that is asked for: what was measured outlives an interruption. */
async function measureAll(
  title: TableTitle,
  chosen: readonly Plant[],
  measure: Measure,
  write: boolean,
): Promise<void> {
  console.log(formatHead(title));
  for (const [index, plant] of chosen.entries()) {
    const startMs = performance.now();
    const cells = await measure(plant);
    console.log(formatRow(title, plant.name, cells));
    if (write) await store(title, new Map([[plant.name, cells]]));
    const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
    console.error(`${index + 1} of ${chosen.length} bugs, this one in ${seconds} s`);
  }
}

/** Read anew each time: several processes may measure different bugs. */
async function store(title: TableTitle, rows: ReadonlyMap<string, TableCells>): Promise<void> {
  const whole = new URL(`${document.href}.${process.pid}.tmp`);
  await writeFile(whole, withRows(await readFile(document, 'utf8'), title, rows));
  await rename(whole, document);
}

/** Whether every scenario of the table puts a rule of its row to the test, and every bug breaks its rule in one of them. */
async function failuresHold(mostSeeds: number): Promise<boolean> {
  const search = new FailureSearch(mostSeeds);
  let isWhole = true;
  for (const row of failureRows(await readFile(failureDocument, 'utf8'))) {
    for (const scenario of await search.idleScenarios(row)) {
      isWhole = false;
      console.log(`${row.failure}: ${scenario} puts none of its rules to the test`);
    }
    for (const plant of row.plants) {
      const { rule, found } = await search.find(row, plant);
      isWhole &&= found !== undefined;
      const where = found === undefined ? `not within ${mostSeeds}` : `${found.scenario}, seed ${found.seed}`;
      console.log(`${row.failure}: ${plant} breaks ${rule}: ${where}`);
    }
  }
  return isWhole;
}

function areaOf(plant: Plant): keyof typeof plantsByArea {
  if (plantsByArea.variants.includes(plant)) return 'variants';
  return plantsByArea.defender.includes(plant) ? 'defender' : 'other';
}

/** Throws an `InputError`. */
function plantsOfArea(area: string | undefined): readonly Plant[] {
  if (area === undefined) return plants;
  if (area === 'defender' || area === 'other' || area === 'variants') return plantsByArea[area];
  throw new InputError(`--area ${area}: expected defender, other or variants`);
}

/** Throws an `InputError`. */
function plantCalled(name: string): Plant {
  const plant = plantNamed(name);
  if (plant === undefined) throw new InputError(`--plant ${name}: no such planted bug`);
  return plant;
}

async function main(parameters: readonly string[]): Promise<number> {
  const values = flagsOf(parameters, {
    blind: { type: 'boolean', default: false },
    failures: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '100' },
    area: { type: 'string' },
    plant: { type: 'string', multiple: true },
    write: { type: 'boolean', default: false },
    missing: { type: 'boolean', default: false },
  });
  const mostSeeds = wholeNumber('seeds', values.seeds, 1);
  if (values.failures) return (await failuresHold(mostSeeds)) ? 0 : 1;
  const named = values.plant?.map((name) => plantCalled(name));
  const title: TableTitle = values.blind ? 'Blind' : 'Aimed';
  const stored = values.missing ? rowsOf(await readFile(document, 'utf8'), title) : undefined;
  const chosen = plantsOfArea(values.area).filter(
    (plant) => (named === undefined || named.includes(plant)) && stored?.has(plant.name) !== true,
  );
  await measureAll(title, chosen, values.blind ? blindMeasure(mostSeeds) : aimedCells, values.write);
  return 0;
}

await runTool(usage, main);
