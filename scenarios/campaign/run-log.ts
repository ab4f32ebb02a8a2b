import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../cli/input-error.ts';
import type { RunRequest, RunResult } from '../run-result.ts';

const entrySchema = z.strictObject({
  build: z.string(),
  scenario: z.string(),
  seed: z.string().regex(/^0x[0-9a-f]+$/),
  overrides: z.record(z.string(), z.string()),
  verdict: z.enum(['passed', 'failed', 'unknown', 'nondeterministic']),
  knownRed: z.boolean(),
  fingerprint: z.string(),
  reasons: z.array(z.string()),
  replay: z.string(),
});

/** What is kept of one run. */
export type LoggedRun = z.infer<typeof entrySchema>;

const mostReasons = 3;

/** Two runs of one build with the same key are the same run. */
function keyOf(scenario: string, seed: string, overrides: Readonly<Record<string, string>>): string {
  const values = Object.entries(overrides).sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify([scenario, seed, values]);
}

/**
 * Finished runs as JSON lines, each written at once, so that a campaign goes on where it was ended. Runs of another build stay in
 * the file and count for nothing. Throws an `InputError` that names file and line where a line is none of its own.
 */
export class RunLog {
  /** Runs in the file that another build made. */
  readonly foreign: number = 0;
  readonly #file: string;
  readonly #build: string;
  readonly #runs = new Map<string, LoggedRun>();

  constructor(file: string, build: string) {
    this.#file = resolve(file);
    this.#build = build;
    if (!existsSync(file)) return;
    for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
      if (line === '') continue;
      const run = parse(line, `${file}:${index + 1}`);
      if (run.build === build) this.#runs.set(keyOf(run.scenario, run.seed, run.overrides), run);
      else this.foreign++;
    }
  }

  get runs(): readonly LoggedRun[] {
    return [...this.#runs.values()];
  }

  find({ scenario, seed, overrides }: RunRequest): LoggedRun | undefined {
    return this.#runs.get(keyOf(scenario, `0x${seed.toString(16)}`, overrides));
  }

  add(result: RunResult): LoggedRun {
    const { scenario, seed, overrides, verdict, fingerprint, reasons, replay } = result;
    const run: LoggedRun = {
      build: this.#build,
      scenario,
      seed,
      overrides: { ...overrides },
      verdict,
      knownRed: result.knownRed !== undefined,
      fingerprint,
      reasons: reasons.slice(0, mostReasons),
      replay,
    };
    mkdirSync(dirname(this.#file), { recursive: true });
    appendFileSync(this.#file, `${JSON.stringify(run)}\n`);
    this.#runs.set(keyOf(scenario, seed, overrides), run);
    return run;
  }
}

function parse(line: string, place: string): LoggedRun {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch (error) {
    throw new InputError(`${place}: expected one run as JSON`, { cause: error });
  }
  const parsed = entrySchema.safeParse(read);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError(`${place}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}
