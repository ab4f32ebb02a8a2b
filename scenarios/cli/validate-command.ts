import { suggestion } from '../../chaos/nearest.ts';
import { catalog } from '../catalog/index.ts';
import { InputError } from './input-error.ts';
import { checkRequest, checkTraces, readPlan } from './run-options.ts';

/** `validate`: plans (`.json`), trace files (`.csv`) and scenario names; without any, the whole catalogue. Throws an `InputError`. */
export async function validateCommand(subjects: readonly string[]): Promise<void> {
  const names = catalog.map((scenario) => scenario.name);
  const problems: string[] = [];
  for (const subject of subjects.length === 0 ? names : subjects) {
    try {
      if (subject.endsWith('.json')) readPlan(subject);
      else if (subject.endsWith('.csv')) await checkTraces(subject);
      else if (names.includes(subject)) checkRequest({ scenario: subject, seed: 1n, overrides: {} });
      else {
        throw new InputError(
          `${subject}: unknown${suggestion(subject, names)}; expected a plan (.json), a trace file (.csv) or one of ${names.join(', ')}`,
        );
      }
      process.stdout.write(`ok  ${subject}\n`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new InputError(problems.join('\n'));
}
