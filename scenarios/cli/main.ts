#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { catalog } from '../catalog/index.ts';
import { doctorCommand } from './doctor-command.ts';
import { exitCodes, explain, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';
import { faultsCommand, listCommand } from './list-command.ts';
import { replayCommand } from './replay-command.ts';
import { runCommand } from './run-command.ts';
import { addRunOptions, type RunFlags } from './run-options.ts';
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
  ).action(async (scenario: string, flags: RunFlags) => finish(await runCommand(scenario, flags)));
  add(program.command('list'))
    .description('scenarios, their values, rules, planted bugs')
    .option('--json', 'as JSON', false)
    .action(({ json }: { json: boolean }) => listCommand(json));
  add(program.command('validate'))
    .description('checks plans (.json), trace files (.csv) and scenarios; runs nothing')
    .argument('[subjects...]', 'files or scenario names (default: all scenarios)')
    .action(async (subjects: string[]) => await validateCommand(subjects));
  addRunOptions(
    add(program.command('replay'))
      .description('executes a recorded run again and compares the fingerprint')
      .argument('<subject>', 'scenario#seed, a results folder, or a result.json'),
  ).action(async (subject: string, flags: RunFlags) => finish(await replayCommand(subject, flags)));
  add(program.command('faults'))
    .description('the catalogue of faults, or one of them in full')
    .argument('[name]', 'a kind of fault')
    .option('--json', 'as JSON', false)
    .action((name: string | undefined, { json }: { json: boolean }) => faultsCommand(name, json));
  add(program.command('doctor'))
    .description('what this machine has, and a determinism self-test')
    .action(async () => finish(await doctorCommand()));
  return program;
}

async function main(): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  try {
    await buildProgram((given) => {
      code = given;
    }).parseAsync();
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end here too, with code 0; commander has printed what there is to say.
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput;
    }
    if (error instanceof InputError) {
      process.stderr.write(`error: ${error.message}\n${explain(exitCodes.badInput, [])}\n`);
      return exitCodes.badInput;
    }
    return harnessError(error);
  }
}

function harnessError(error: unknown): ExitCode {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`harness error: ${text}\n${explain(exitCodes.harnessError, [])}\n`);
  return exitCodes.harnessError;
}

process.on('uncaughtException', (error) => {
  process.exit(harnessError(error));
});

process.exitCode = await main();
