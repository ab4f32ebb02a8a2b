import { flagsOf, wholeNumber } from '../../../scenarios/cli/flags.ts';
import { exitCodes, framed, seedOfToday, tellMutations } from '../command-frame.ts';
import { installServers } from '../kubernetes/live/server-binaries.ts';
import { playPlans } from './campaign.ts';
import { compare, describeDisagreement } from './comparison.ts';
import { controllerVersion, installController } from './controller-binary.ts';
import { deviations } from './deviations.ts';
import { fixedPlans } from './fixed-plans.ts';
import { samplePlans } from './generator.ts';
import type { RecordedPlan } from './plan.ts';
import { loadRecorded, saveRecorded } from './recording.ts';

const help = `npm run conformance -- rollouts [options]

Compares the model of canaries with the controller of Argo Rollouts ${controllerVersion} on a real API server.
  --plans N     rollouts, those that are fixed first and generated ones after them (220)
  --at-once N   rollouts at a time (16)
  --seed N      of what is generated (the day's date)
  --record      keeps what the controller showed, for tests that have none
  --install     builds the servers and the controller into the cache first (needs Go; half an hour)
  --recorded    no servers: the model against what was recorded
  --mutations   no servers: each deliberate error of the model against what was recorded
Exit codes: 0 all agrees, 1 something does not, 2 skipped, 104 wrong options.`;

/** Resolves with the exit code. */
export async function run(parameters: readonly string[]): Promise<number> {
  return await framed(help, parameters, () => compareAll(parse(parameters)));
}

async function compareAll(options: Options): Promise<number> {
  if (options.recorded) return told(loadRecorded().length, compare(loadRecorded()).map(describeDisagreement));
  if (options.mutations) return runMutations();
  if (options.install) {
    await installServers();
    await installController();
  }
  const drawn = samplePlans(Math.max(0, options.plans - fixedPlans.length), options.seed);
  const plans = [...fixedPlans, ...drawn].slice(0, options.plans);
  const keep = (recorded: readonly RecordedPlan[]): void => {
    if (options.record) saveRecorded(recorded);
  };
  const report = await playPlans(plans, options.atOnce, (line) => console.log(line), keep);
  keep(report.recorded);
  console.log(`${report.voided.length} plans void`);
  return told(report.recorded.length, compare(report.recorded).map(describeDisagreement));
}

function told(plans: number, wrong: readonly string[]): number {
  console.log(`${plans} plans, ${wrong.length} disagree`);
  for (const line of wrong.slice(0, 40)) console.log(line);
  return wrong.length === 0 ? exitCodes.agreed : exitCodes.disagreed;
}

function runMutations(): number {
  const recorded = loadRecorded();
  return tellMutations(
    'plans',
    deviations.map((deviation) => ({ name: deviation.name, found: compare(recorded, deviation).length })),
  );
}

interface Options {
  readonly plans: number;
  readonly atOnce: number;
  readonly seed: number;
  readonly record: boolean;
  readonly recorded: boolean;
  readonly mutations: boolean;
  readonly install: boolean;
}

function parse(parameters: readonly string[]): Options {
  const values = flagsOf(parameters, {
    plans: { type: 'string', default: '220' },
    'at-once': { type: 'string', default: '16' },
    seed: { type: 'string', default: seedOfToday() },
    record: { type: 'boolean', default: false },
    recorded: { type: 'boolean', default: false },
    mutations: { type: 'boolean', default: false },
    install: { type: 'boolean', default: false },
  });
  return {
    ...values,
    plans: wholeNumber('plans', values.plans),
    atOnce: wholeNumber('at-once', values['at-once'], 1),
    seed: wholeNumber('seed', values.seed),
  };
}
