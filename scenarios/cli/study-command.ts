import { suggestion } from '../../chaos/nearest.ts';
import { schedules } from '../patterns/schedules/index.ts';
import { formatStudy, studyPatterns, studySeeds } from '../patterns/study.ts';
import { InputError } from './input-error.ts';

const studies = ['patterns'] as const;

/** `study patterns`: every write pattern under every schedule, as a table of the rules that broke. Throws an `InputError` for another study. */
export async function studyCommand(name: string, json: boolean): Promise<void> {
  if (!studies.some((known) => known === name)) {
    throw new InputError(
      `unknown study ${name}${suggestion(name, studies)}; expected one of ${studies.join(', ')}`,
    );
  }
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
