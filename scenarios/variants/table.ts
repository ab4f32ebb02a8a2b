import { flagsOf, runTool, wholeNumber } from '../cli/flags.ts';
import { InputError } from '../cli/input-error.ts';
import { tallyVariant, variantCourses } from './campaign.ts';

const usage = `npm run variants -- [--seeds N] [--first N] [--variant NAME] [--fab]
  --seeds     runs of each variant (500)
  --first     first seed (1)
  --variant   this one only, such as threshold (may be repeated)
  --fab       beside the small fab of its scenario, as \`npm run scenario -- run variant-NAME\` has it;
              else on its stage alone, in a fraction of the time. single-nats is a fab in any case`;

/** Exit code 0: all passed; 1: a run was red; 2: a run or a rule proved nothing; 104: bad input. */
async function main(parameters: readonly string[]): Promise<number> {
  const values = flagsOf(parameters, {
    seeds: { type: 'string', default: '500' },
    first: { type: 'string', default: '1' },
    variant: { type: 'string', multiple: true, default: [] },
    fab: { type: 'boolean', default: false },
  });
  const seeds = wholeNumber('seeds', values.seeds, 1);
  const first = wholeNumber('first', values.first);
  const names = values.variant.map((name) => (name.startsWith('variant-') ? name : `variant-${name}`));
  const known = variantCourses.map(({ scenario }) => scenario);
  const unknownName = names.find((name) => !known.includes(name));
  if (unknownName !== undefined)
    throw new InputError(`--variant ${unknownName}: expected one of ${known.join(', ')}`);
  console.log('| scenario | seeds | passed | unknown | red | rules never put to the test | fingerprint |');
  console.log('|---|---|---|---|---|---|---|');
  let exitCode = 0;
  for (const course of variantCourses) {
    if (names.length > 0 && !names.includes(course.scenario)) continue;
    const tally = await tallyVariant(course, first, seeds, values.fab, (problem) => console.error(problem));
    const { scenario, passed, unknown, red, untested, fingerprint } = tally;
    const rules = untested.map((rule) => `\`${rule}\``).join(', ') || 'none';
    console.log(`| ${[scenario, seeds, passed, unknown, red, rules, fingerprint].join(' | ')} |`);
    if (red > 0) exitCode = 1;
    else if (exitCode === 0 && unknown + untested.length > 0) exitCode = 2;
  }
  return exitCode;
}

await runTool(usage, main);
