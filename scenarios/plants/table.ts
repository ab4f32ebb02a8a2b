import { runScenario } from '../runner.ts';
import { plants } from './index.ts';
import type { Plant } from './plant.ts';

const mostSeeds = 10;

/** Prints the table of docs/planted-bugs.md: for every planted bug how many seeds it took to break its rule, named first. */
async function seedsUntilCaught(plant: Plant): Promise<string> {
  for (let seed = 1; seed <= mostSeeds; seed++) {
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
  return `not within ${mostSeeds}`;
}

console.log('| planted bug | what is wrong | rule it must break | scenario | seeds it took |');
console.log('|---|---|---|---|---|');
for (const plant of plants.toSorted((left, right) => (left.rule < right.rule ? -1 : 1))) {
  const values = Object.entries(plant.overrides)
    .map(([name, value]) => ` ${name}=${value}`)
    .join('');
  console.log(
    `| \`${plant.name}\` | ${plant.summary} | \`${plant.rule}\` | ${plant.scenario}${values} | ${await seedsUntilCaught(plant)} |`,
  );
}
