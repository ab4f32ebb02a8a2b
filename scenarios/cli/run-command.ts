import { Campaign } from './campaign.ts';
import { configurationRows, formatConfiguration } from './configuration.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { planRuns, type FlagOrigins, type RunFlags } from './run-options.ts';

/** `run`: one scenario with one seed or many. Throws an `InputError` for bad input. */
export async function runCommand(scenario: string, flags: RunFlags, origins: FlagOrigins): Promise<ExitCode> {
  const planning = await planRuns(scenario, flags);
  const configuration = configurationRows(scenario, flags, origins, planning);
  if (flags.printConfig) {
    process.stdout.write(formatConfiguration(configuration, flags.json));
    return exitCodes.ok;
  }
  return await new Campaign(flags, planning, configuration).run();
}
