import { promqlDeviations, type PromqlDeviation } from '../../../sim/prometheus/promql/deviation.ts';
import { flagsOf, wholeNumber } from '../../../scenarios/cli/flags.ts';
import { exitCodes, framed, seedOfToday, tellMutations } from '../command-frame.ts';
import { compare, describeDisagreement } from './comparison.ts';
import { sampleScenes } from './generator.ts';
import { askPromtool, hasPromtool, installPromtool, promtoolVersion } from './promtool.ts';
import { joined, loadRecorded, saveRecorded } from './recording.ts';
import type { RecordedScene } from './scene.ts';

const help = `npm run conformance -- prometheus [options]

Compares our evaluation of queries with promtool of Prometheus ${promtoolVersion}.
  --scenes N       generated sets of series (44)
  --queries N      queries of each (64)
  --seed N         of what is generated (the day's date)
  --record         keeps what promtool answered, for tests that have no promtool
  --install        builds promtool into the cache first (needs Go; minutes)
  --mutations      no promtool: each deliberate error against what was recorded
Exit codes: 0 all agrees, 1 something does not, 2 skipped, 104 wrong options.`;

/** Resolves with the exit code. */
export async function run(parameters: readonly string[]): Promise<number> {
  return await framed(help, parameters, () => compareAll(parse(parameters)));
}

async function compareAll(options: Options): Promise<number> {
  if (options.mutations) return runMutations();
  if (options.install) await installPromtool();
  if (!hasPromtool()) {
    console.error(
      `SKIPPED, nothing was compared: promtool ${promtoolVersion} is not installed; ` +
        'npm run conformance -- prometheus --install builds it',
    );
    return exitCodes.skipped;
  }
  const scenes = sampleScenes(options.scenes, options.seed, options.queries);
  const recorded = joined(scenes, await askPromtool(scenes));
  const wrong = compare(recorded).map((each) => describeDisagreement(each));
  console.log(`${summary(recorded)}, ${wrong.length} disagreements`);
  if (wrong.length > 0) console.log(wrong.slice(0, 40).join('\n'));
  if (options.record) saveRecorded(recorded);
  return wrong.length === 0 ? exitCodes.agreed : exitCodes.disagreed;
}

function summary(recorded: readonly RecordedScene[]): string {
  const answers = recorded.flatMap((scene) => scene.answers);
  const refused = answers.filter((answer) => answer === 'error').length;
  const empty = answers.filter((answer) => answer.length === 0).length;
  return `${recorded.length} scenes, ${answers.length} evaluations (${empty} empty, ${refused} refused)`;
}

function runMutations(): number {
  const recorded = loadRecorded();
  const foundOf = (name: PromqlDeviation): number => compare(recorded, [name]).length;
  return tellMutations(
    'evaluations',
    promqlDeviations.map((name) => ({ name, found: foundOf(name) })),
  );
}

interface Options {
  readonly scenes: number;
  readonly queries: number;
  readonly seed: number;
  readonly record: boolean;
  readonly install: boolean;
  readonly mutations: boolean;
}

function parse(parameters: readonly string[]): Options {
  const values = flagsOf(parameters, {
    scenes: { type: 'string', default: '44' },
    queries: { type: 'string', default: '64' },
    seed: { type: 'string', default: seedOfToday() },
    record: { type: 'boolean', default: false },
    install: { type: 'boolean', default: false },
    mutations: { type: 'boolean', default: false },
  });
  return {
    ...values,
    scenes: wholeNumber('scenes', values.scenes),
    queries: wholeNumber('queries', values.queries),
    seed: wholeNumber('seed', values.seed),
  };
}
