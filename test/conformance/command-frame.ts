import { LiveProblem } from '../../chaos/live/nats/index.ts';
import { InputError } from '../../scenarios/cli/input-error.ts';

/** How a comparison ends (DESIGN, verdicts): a skipped one is never green. */
export const exitCodes = { agreed: 0, disagreed: 1, skipped: 2, badInput: 104 } as const;

/** Does what a subject's command does, with the same answer for help, wrong flags and servers that are not there. */
export async function framed(
  help: string,
  parameters: readonly string[],
  act: () => Promise<number>,
): Promise<number> {
  if (parameters.includes('--help')) {
    console.log(help);
    return exitCodes.agreed;
  }
  try {
    return await act();
  } catch (error) {
    if (error instanceof InputError) {
      console.error(`${error.message}\n\n${help}`);
      return exitCodes.badInput;
    }
    if (!(error instanceof LiveProblem)) throw error;
    console.error(`SKIPPED, nothing was compared: ${error.message}`);
    return exitCodes.skipped;
  }
}

/** The seed of generated work where none is given: another one each day, the same all day. */
export function seedOfToday(): string {
  return new Date().toISOString().slice(0, 10).replaceAll('-', '');
}

/** Prints how often each deliberate error was seen; one that never was makes the exit code 1. */
export function tellMutations(
  unit: string,
  rows: readonly { readonly name: string; readonly found: number }[],
): number {
  console.log(`| deviation | ${unit} that disagree |\n|---|---|`);
  for (const { name, found } of rows) console.log(`| ${name} | ${found} |`);
  const found = rows.filter((row) => row.found > 0).length;
  console.log(`\n${found} of ${rows.length} found`);
  return found === rows.length ? exitCodes.agreed : exitCodes.disagreed;
}
