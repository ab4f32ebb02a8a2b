import { parseArgs, type ParseArgsConfig } from 'node:util';
import { describeFailure } from './harness-error.ts';
import { exitCodes } from './exit-code.ts';
import { InputError } from './input-error.ts';

/** Values of flags. Throws an `InputError` for one that is unknown, has no value, or for a word that is no flag. */
export function flagsOf<const Flags extends NonNullable<ParseArgsConfig['options']>>(
  parameters: readonly string[],
  flags: Flags,
): ReturnType<typeof parseArgs<{ options: Flags }>>['values'] {
  try {
    return parseArgs<{ args: string[]; options: Flags }>({ args: [...parameters], options: flags }).values;
  } catch (error) {
    throw new InputError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Throws an `InputError`. */
export function wholeNumber(flag: string, text: string, least = 0): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
    throw new InputError(`--${flag} ${text}: expected a whole number of at least ${least}`);
  return value;
}

/** Runs a command of its own: the same answer from all for `--help`, for bad input (104) and where the harness fails (255). */
export async function runTool(
  usage: string,
  act: (parameters: readonly string[]) => Promise<number>,
): Promise<void> {
  const parameters = process.argv.slice(2);
  if (parameters.includes('--help')) {
    console.log(usage);
    return;
  }
  try {
    process.exitCode = await act(parameters);
  } catch (error) {
    const isInput = error instanceof InputError;
    console.error(isInput ? `${error.message}\n\n${usage}` : describeFailure(error));
    process.exitCode = isInput ? exitCodes.badInput : exitCodes.harnessError;
  }
}
