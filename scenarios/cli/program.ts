import { Command, CommanderError } from 'commander';
import { plainText } from '../../reports/format.ts';
import { catalog } from '../catalog/index.ts';
import { detectCommand } from './detect-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { exitCodes, explain, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';
import { dryRunCommand, type DryRunFlags } from './dry-run-command.ts';
import { exploreCommand, type ExploreFlags } from './explore-command.ts';
import { lintCommand, type LintFlags } from './lint-command.ts';
import { faultsCommand, listCommand } from './list-command.ts';
import { replayCommand } from './replay-command.ts';
import { runCommand } from './run-command.ts';
import { tidyEnvironment } from './environment.ts';
import {
  addRunOptions,
  collectPairs,
  type FlagOrigin,
  type FlagOrigins,
  type RunFlags,
} from './run-options.ts';
import { studyCommand } from './study-command.ts';
import type { StudyFlags } from './study-rebalance-command.ts';
import { validateCommand } from './validate-command.ts';

const defaultScenario = catalog[0]?.name ?? '';

function buildProgram(finish: (code: ExitCode) => void): Command {
  const program = new Command('scenario')
    .description('Runs tFDC in a simulated fab, breaks the fab, and judges what happened.')
    .showSuggestionAfterError(true)
    .exitOverride();
  const add = (command: Command): Command => command.exitOverride().showSuggestionAfterError(true);
  addRunOptions(
    add(program.command('run', { isDefault: true }))
      .description('runs a scenario (the default command)')
      .argument('[scenario]', 'a name from `list`', defaultScenario),
  ).action(async (scenario: string, flags: RunFlags, command: Command) =>
    finish(await runCommand(scenario, flags, originsOf(command))),
  );
  add(program.command('list'))
    .description('scenarios, their values, rules, planted bugs')
    .option('--json', 'as JSON', false)
    .action(({ json }: { json: boolean }) => listCommand(json));
  add(program.command('validate'))
    .description('checks plans (.json), trace files (.csv) and scenarios; runs nothing')
    .argument('[subjects...]', 'files or scenario names (default: all scenarios)')
    .action(async (subjects: string[]) => await validateCommand(subjects));
  add(program.command('lint'))
    .description('judges rollout manifests, gateway and NATS settings, pipelines, migrations and queries')
    .argument('<files...>', 'YAML, JSON, shell, SQL, Lua, .conf, program texts, or Markdown with such fences')
    .option('--format <format>', 'text, json or sarif', 'text')
    .option('--scrape-interval <duration>', 'how often Prometheus scrapes, where the files do not say')
    .action((files: string[], flags: LintFlags) => finish(lintCommand(files, flags)));
  const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  add(program.command('dry-run'))
    .description('plays a Rollout (or an Experiment) and its analyses as the Argo controller does')
    .argument('<files...>', 'the Rollout and its AnalysisTemplates')
    .option('--rollout <name>', 'which one, where the files hold several')
    .option('--experiment <name>', 'an Experiment instead, and which one')
    .option(
      '--measure <metric=value,…>',
      'what a metric gives: 0.002,0.08@12m,nan@20m,empty@21m,error@22m',
      collect,
      [],
    )
    .option(
      '--at <time=act>',
      'abort, retry, promote, promote-full or terminate (experiments): 5m=abort',
      collect,
      [],
    )
    .option('--lose <pods>', 'pods that are away for a while: stable=1@5m..7m', collect, [])
    .option('--pod-ready <duration>', 'from the start of a pod until it is available', '20s')
    .option('--for <duration>', 'how much time is played at most', '24h')
    .option('--format <format>', 'text or json', 'text')
    .action((files: string[], flags: DryRunFlags) => finish(dryRunCommand(files, flags)));
  addRunOptions(
    add(program.command('replay'))
      .description('executes a recorded run again and compares the fingerprint')
      .argument('<subject>', 'scenario#seed, a results folder, or a result.json'),
  ).action(async (subject: string, flags: RunFlags, command: Command) =>
    finish(await replayCommand(subject, flags, originsOf(command))),
  );
  add(program.command('faults'))
    .description('the catalogue of faults, or one of them in full')
    .argument('[name]', 'a kind of fault')
    .option('--json', 'as JSON', false)
    .action((name: string | undefined, { json }: { json: boolean }) => faultsCommand(name, json));
  add(program.command('detect'))
    .description('what each defence strategy finds in recorded wafers (.csv); runs nothing')
    .argument('<file>', 'a trace file')
    .option('--json', 'as JSON', false)
    .action(async (file: string, { json }: { json: boolean }) => await detectCommand(file, json));
  add(program.command('study'))
    .description(
      'compares designs: `patterns` puts write patterns through faults, `rebalance` varies settings of the Defenders, `epochs` compares what a gateway cut off from Management may do',
    )
    .argument('<study>', 'patterns, rebalance or epochs')
    .option(
      '--vary <setting=values>',
      'rebalance: ackWaitMs=10000,30000; repeatable, all combinations',
      collect,
      [],
    )
    .option('--seed <seed>', 'rebalance, epochs: the first seed, unsigned 64 bits')
    .option('--seeds <count>', 'rebalance, epochs: runs of each combination', '20')
    .option(
      '--set <name=value>',
      'rebalance, epochs: a size of the fab; repeatable, or several with commas',
      collectPairs,
      [],
    )
    .option('-j, --workers <count>', 'worker threads, or a share of the cores as 50%')
    .option('-o, --output <folder>', 'where results go', 'results')
    .option('--json', 'as JSON', false)
    .option('-q, --quiet', 'no progress', false)
    .action(async (name: string, flags: StudyFlags) => finish(await studyCommand(name, flags)));
  add(program.command('explore'))
    .description(
      'orders rollbacks out of every state that a rollout comes by, under faults, and measures time-to-safe',
    )
    .argument('<subject>', 'rollback')
    .option('--seed <seed>', 'unsigned 64 bits, decimal or 0x…')
    .option(
      '--scale <scale>',
      'shipped: as it ships; small: few quick tools and short stages, for the whole product',
      'shipped',
    )
    .option('--tools <count>', 'tools of the fab (default: 24, small 10)')
    .option(
      '--set <name=value>',
      'another size of the fab; repeatable, or several with commas',
      collectPairs,
      [],
    )
    .option('--product <breadth>', 'states × gateways × Management × level: all, pairs or none', 'pairs')
    .option('--singles <count>', 'rollbacks with one fault active, or all: every state × level × fault', '40')
    .option('--pairs <count>', 'rollbacks with two faults active', '20')
    .option('--walks <count>', 'random walks of releases and rollbacks', '10')
    .option('--only <case>', 'one case, by its id')
    .option('--resume <folder>', 'an earlier exploration with the same options: only what it lacks is run')
    .option('-j, --workers <count>', 'worker threads')
    .option('-o, --output <folder>', 'where results go', 'results')
    .option('--json', 'as JSON', false)
    .option('-q, --quiet', 'no progress', false)
    .action(async (subject: string, flags: ExploreFlags) => finish(await exploreCommand(subject, flags)));
  add(program.command('doctor'))
    .description('what this machine has, and a determinism self-test')
    .action(async () => finish(await doctorCommand()));
  return program;
}

function originsOf(command: Command): FlagOrigins {
  const origins: Record<string, FlagOrigin> = {};
  for (const option of command.options) {
    const name = option.attributeName();
    const source = command.getOptionValueSource(name);
    origins[name] = source === 'cli' ? 'flag' : source === 'env' ? 'environment' : 'default';
  }
  return origins;
}

/** Reads the arguments and does what they say. Rejects where the harness itself fails. */
export async function main(): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  try {
    const program = buildProgram((given) => {
      code = given;
    });
    tidyEnvironment(program.commands, process.env);
    await program.parseAsync();
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help ends here too, with code 0; commander has printed what there is to say.
      if (error.exitCode === 0) return exitCodes.ok;
      process.stderr.write(`${explain(exitCodes.badInput, [])}\n`);
      return exitCodes.badInput;
    }
    if (error instanceof InputError) {
      process.stderr.write(`error: ${plainText(error.message)}\n${explain(exitCodes.badInput, [])}\n`);
      return exitCodes.badInput;
    }
    throw error;
  }
}
