import { parseArgs } from 'node:util';
import { promqlDeviations } from '../../../sim/prometheus/promql/deviation.ts';
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
  let options: Options;
  try {
    options = parse(parameters);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    return 104;
  }
  if (options.help) {
    console.log(help);
    return 0;
  }
  if (options.mutations) return runMutations();
  if (options.install) await installPromtool();
  if (!hasPromtool()) {
    console.error(
      `SKIPPED, nothing was compared: promtool ${promtoolVersion} is not installed; ` +
        'npm run conformance -- prometheus --install builds it',
    );
    return 2;
  }
  const scenes = sampleScenes(options.scenes, options.seed, options.queries);
  const recorded = joined(scenes, await askPromtool(scenes));
  const wrong = compare(recorded).map((each) => describeDisagreement(each));
  console.log(`${summary(recorded)}, ${wrong.length} disagreements`);
  if (wrong.length > 0) console.log(wrong.slice(0, 40).join('\n'));
  if (options.record) saveRecorded(recorded);
  return wrong.length === 0 ? 0 : 1;
}

function summary(recorded: readonly RecordedScene[]): string {
  const answers = recorded.flatMap((scene) => scene.answers);
  const refused = answers.filter((answer) => answer === 'error').length;
  const empty = answers.filter((answer) => answer.length === 0).length;
  return `${recorded.length} scenes, ${answers.length} evaluations (${empty} empty, ${refused} refused)`;
}

function runMutations(): number {
  const recorded = loadRecorded();
  const rows = promqlDeviations.map((deviation) => ({
    deviation,
    found: compare(recorded, [deviation]).length,
  }));
  console.log('| deviation | evaluations that disagree |\n|---|---|');
  for (const { deviation, found } of rows) console.log(`| ${deviation} | ${found} |`);
  const found = rows.filter((row) => row.found > 0).length;
  console.log(`\n${found} of ${rows.length} found`);
  return found === rows.length ? 0 : 1;
}

interface Options {
  readonly scenes: number;
  readonly queries: number;
  readonly seed: number;
  readonly record: boolean;
  readonly install: boolean;
  readonly mutations: boolean;
  readonly help: boolean;
}

function parse(parameters: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      scenes: { type: 'string', default: '44' },
      queries: { type: 'string', default: '64' },
      seed: { type: 'string', default: new Date().toISOString().slice(0, 10).replaceAll('-', '') },
      record: { type: 'boolean', default: false },
      install: { type: 'boolean', default: false },
      mutations: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    scenes: whole('scenes', values.scenes),
    queries: whole('queries', values.queries),
    seed: whole('seed', values.seed),
  };
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} is a whole number, not ${text}`);
  return value;
}
