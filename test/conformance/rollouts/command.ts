import { flagsOf, wholeNumber } from '../../../scenarios/cli/flags.ts';
import { exitCodes, framed, seedOfToday, tellMutations } from '../command-frame.ts';
import { installServers } from '../kubernetes/live/server-binaries.ts';
import { playPlans } from './campaign.ts';
import { compare, describeDisagreement } from './comparison.ts';
import { controllerVersion, installController } from './controller-binary.ts';
import { deviations } from './deviations.ts';
import { sampleExperimentPlans } from './experiment-generator.ts';
import { fixedExperiments } from './fixed-experiments.ts';
import { fixedPlans } from './fixed-plans.ts';
import { samplePlans } from './generator.ts';
import { knownDifference } from './known-differences.ts';
import type { RecordedPlan, RolloutPlan } from './plan.ts';
import { loadRecorded, saveRecorded, type RecordSet } from './recording.ts';

const help = `npm run conformance -- rollouts [options]

Compares the model of canaries with the controller of Argo Rollouts ${controllerVersion} on a real API server.
  --plans N     rollouts, those that are fixed first and generated ones after them (220)
  --at-once N   rollouts at a time (16)
  --seed N      of what is generated (the day's date)
  --experiments rollouts with experiments among their steps, instead of those without
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
  const recorded = (): readonly RecordedPlan[] => loadRecorded(options.set);
  if (options.recorded) return told(recorded().length, compare(recorded()).map(describeDisagreement));
  if (options.mutations) return runMutations(options.set);
  if (options.install) {
    await installServers();
    await installController();
  }
  const unexplained = (found: readonly RecordedPlan[]): readonly RecordedPlan[] =>
    found.filter((each) => knownDifference(each) === undefined);
  const keep = (found: readonly RecordedPlan[]): void => {
    if (options.record) saveRecorded(options.set, unexplained(found));
  };
  const report = await playPlans(plansOf(options), options.atOnce, (line) => console.log(line), keep);
  keep(report.recorded);
  console.log(`${report.voided.length} plans void`);
  const judged = unexplained(report.recorded);
  console.log(`${report.recorded.length - judged.length} plans with a known difference`);
  return told(judged.length, compare(judged).map(describeDisagreement));
}

function plansOf({ set, plans, seed }: Options): readonly RolloutPlan[] {
  const [fixed, sample] =
    set === 'plans' ? [fixedPlans, samplePlans] : [fixedExperiments, sampleExperimentPlans];
  return [...fixed, ...sample(Math.max(0, plans - fixed.length), seed)].slice(0, plans);
}

function told(plans: number, wrong: readonly string[]): number {
  console.log(`${plans} plans, ${wrong.length} disagree`);
  for (const line of wrong.slice(0, 40)) console.log(line);
  return wrong.length === 0 ? exitCodes.agreed : exitCodes.disagreed;
}

function runMutations(set: RecordSet): number {
  const recorded = loadRecorded(set);
  return tellMutations(
    'plans',
    deviations
      .filter((deviation) => deviation.set === set)
      .map((deviation) => ({ name: deviation.name, found: compare(recorded, deviation).length })),
  );
}

interface Options {
  readonly set: RecordSet;
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
    experiments: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    recorded: { type: 'boolean', default: false },
    mutations: { type: 'boolean', default: false },
    install: { type: 'boolean', default: false },
  });
  return {
    ...values,
    set: values.experiments ? 'experiments' : 'plans',
    plans: wholeNumber('plans', values.plans),
    atOnce: wholeNumber('at-once', values['at-once'], 1),
    seed: wholeNumber('seed', values.seed),
  };
}
