import { suggestion } from '../../chaos/nearest.ts';
import { schedules } from '../patterns/schedules/index.ts';
import { formatStudy, studyPatterns, studySeeds } from '../patterns/study.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';
import { studyEpochsCommand } from './study-epochs-command.ts';
import { studyRebalanceCommand, type StudyFlags } from './study-rebalance-command.ts';

const studies = ['patterns', 'rebalance', 'epochs'] as const;

/** `study patterns`, `study rebalance` or `study epochs`. Throws an `InputError` for another study. */
export async function studyCommand(name: string, flags: StudyFlags): Promise<ExitCode> {
  switch (studies.find((known) => known === name)) {
    case 'rebalance':
      return await studyRebalanceCommand(flags);
    case 'epochs':
      refuseVary(name, flags);
      return await studyEpochsCommand(flags);
    case 'patterns':
      refuseVary(name, flags);
      await studyPatternsCommand(flags.json);
      return exitCodes.ok;
    case undefined:
      throw new InputError(
        `unknown study ${name}${suggestion(name, studies)}; expected one of ${studies.join(', ')}`,
      );
  }
}

function refuseVary(name: string, { vary }: StudyFlags): void {
  if (vary.length === 0) return;
  throw new InputError(`--vary: expected only with \`study rebalance\`; ${name} has nothing to vary`);
}

/** Every write pattern under every schedule, as a table of the rules that broke. */
async function studyPatternsCommand(json: boolean): Promise<void> {
  const cells = await studyPatterns(studySeeds);
  if (json) {
    process.stdout.write(`${JSON.stringify(cells, undefined, 2)}\n`);
    return;
  }
  process.stdout.write(formatStudy(cells));
  const lines = schedules.map(
    ({ number, name: schedule, summary, rule, breaks, survivor }) =>
      `${String(number).padStart(2)} ${schedule.padEnd(28)} ${summary}; ${rule} under ${breaks}, ${survivor} survives`,
  );
  process.stdout.write(`\n${lines.join('\n')}\n`);
}
