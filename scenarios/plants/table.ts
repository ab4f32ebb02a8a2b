import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { runScenario } from '../runner.ts';
import { BlindSearch, type BlindOutcome } from './blind.ts';
import { BlindVariantSearch } from './blind-variants.ts';
import { plantNamed, plants, plantsByArea } from './index.ts';
import type { Plant } from './plant.ts';

const usage = `npm run plants                                                  every bug with the scenario that is made for it
npm run plants -- --blind [--seeds N] [--area defender|other|variants]   random campaigns that know nothing of the bugs
  --plant NAME   this bug only (may be repeated)
  --write        stores the table in docs/planted-bugs.md`;

const document = new URL('../../docs/planted-bugs.md', import.meta.url);
const aimedTitle = '## Aimed';
const blindTitle = '## Blind';
const mostAimedSeeds = 10;

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

/** Prints as it goes; resolves to all lines. */
class Table {
  readonly lines: string[] = [];

  row(...cells: readonly string[]): void {
    this.line(`| ${cells.join(' | ')} |`);
  }

  line(text: string): void {
    this.lines.push(text);
    console.log(text);
  }
}

async function aimedTable(chosen: readonly Plant[]): Promise<readonly string[]> {
  const table = new Table();
  table.row('planted bug', 'what is wrong', 'rule it must break', 'scenario', 'seeds it took');
  table.line('|---|---|---|---|---|');
  for (const plant of chosen.toSorted((left, right) => (left.rule < right.rule ? -1 : 1))) {
    const values = Object.entries(plant.overrides)
      .map(([name, value]) => ` ${name}=${value}`)
      .join('');
    const seeds = await seedsUntilCaught(plant);
    table.row(`\`${plant.name}\``, plant.summary, `\`${plant.rule}\``, `${plant.scenario}${values}`, seeds);
  }
  return table.lines;
}

async function blindTable(chosen: readonly Plant[], mostSeeds: number): Promise<readonly string[]> {
  const table = new Table();
  const searches = { fab: new BlindSearch(), variants: new BlindVariantSearch() };
  const outcomes: BlindOutcome[] = [];
  table.row('planted bug', 'what is wrong', 'seeds', 'seconds', 'found in', 'rules that found it');
  table.line('|---|---|---|---|---|---|');
  for (const plant of chosen) {
    const search = plantsByArea.variants.includes(plant) ? searches.variants : searches.fab;
    const outcome = await search.find(plant, mostSeeds);
    outcomes.push(outcome);
    const { find, seconds } = outcome;
    table.row(
      `\`${plant.name}\``,
      plant.summary,
      find === undefined ? `not within ${mostSeeds}` : String(find.seeds),
      seconds.toFixed(0),
      find?.scenario ?? '',
      find?.rules.map((rule) => `\`${rule}\``).join(', ') ?? '',
    );
  }
  const seeds = outcomes.flatMap(({ find }) => (find === undefined ? [] : [find.seeds]));
  const median = seeds.toSorted((left, right) => left - right)[Math.floor((seeds.length - 1) / 2)];
  table.line('');
  table.line(`${seeds.length} of ${outcomes.length} found, median ${median ?? 'of no'} seeds.`);
  return table.lines;
}

/** Puts the lines under this title, in place of what was there. */
async function store(title: string, lines: readonly string[]): Promise<void> {
  const before = await readFile(document, 'utf8');
  const sections = before.split(/^(?=## )/m).filter((section) => !section.startsWith(`${title}\n`));
  const section = `${title}\n\n${lines.join('\n')}\n`;
  const [head = '', ...others] = sections.map((text) => `${text.trimEnd()}\n`);
  await writeFile(document, [head, ...[...others, section].toSorted()].join('\n'));
}

const { values } = parseArgs({
  options: {
    blind: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '100' },
    area: { type: 'string' },
    plant: { type: 'string', multiple: true },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const mostSeeds = Number(values.seeds);
const ofArea =
  values.area === undefined
    ? plants
    : values.area === 'defender' || values.area === 'other' || values.area === 'variants'
      ? plantsByArea[values.area]
      : undefined;
const named = values.plant?.map((name) => plantNamed(name));
const chosen = ofArea?.filter((plant) => named === undefined || named.includes(plant));
const isWhole = chosen?.length === ofArea?.length;

if (values.help) console.log(usage);
else if (
  chosen === undefined ||
  named?.includes(undefined) === true ||
  !Number.isSafeInteger(mostSeeds) ||
  mostSeeds < 1 ||
  (values.write && !isWhole)
) {
  console.error(usage);
  process.exitCode = 104;
} else {
  const lines = values.blind ? await blindTable(chosen, mostSeeds) : await aimedTable(chosen);
  if (values.write) await store(values.blind ? blindTitle : aimedTitle, lines);
}
