import type { Command } from 'commander';
import { InputError } from './input-error.ts';

const no = ['0', 'false', 'no', 'off'];
const yes = ['1', 'true', 'yes', 'on'];

/**
 * Makes `SCENARIO_…` mean what a CI job means by it: an empty one is not given, and a switch is off at 0, false, no or
 * off (commander takes any value for on). Throws an `InputError` for a switch that is neither on nor off.
 */
export function tidyEnvironment(commands: readonly Command[], environment: NodeJS.ProcessEnv): void {
  for (const option of commands.flatMap((command) => command.options)) {
    const variable = option.envVar;
    if (variable === undefined) continue;
    const value = environment[variable]?.trim();
    if (value === undefined) continue;
    const isSwitch = option.isBoolean();
    if (isSwitch && value !== '' && ![...no, ...yes].includes(value.toLowerCase())) {
      throw new InputError(
        `${variable}=${value}: expected 1, true, yes, on, or 0, false, no, off, for ${option.long}`,
      );
    }
    if (value === '' || (isSwitch && no.includes(value.toLowerCase()))) delete environment[variable];
  }
}
