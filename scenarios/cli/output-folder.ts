import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { RunResult } from '../run-result.ts';
import { formatPlan } from '../../chaos/plan.ts';
import { published } from '../../reports/results-json.ts';
import { InputError } from './input-error.ts';

/** What the results go to could not be written, after the start: a harness error, exit 255. */
export class OutputError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OutputError';
  }
}

export function cannotWrite(what: string, cause: unknown): OutputError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new OutputError(`${what}: cannot be written: ${why}`, { cause });
}

/** What a file is called until it is complete. */
export function temporaryName(file: string): string {
  return `${file}.tmp-${process.pid}`;
}

/** `results/<run>/`: every file is written beside its place and renamed into it, so that none is ever half there. */
export class OutputFolder {
  /** As it was named: for people. */
  readonly path: string;
  /** Absolute: making a relative folder never ends where the working directory has been deleted. */
  readonly #place: string;
  readonly #root: string;
  readonly #id: string;

  /** Makes the folder before anything runs. Throws an `InputError` where that is not possible. */
  constructor(root: string, id: string) {
    this.#id = id;
    this.path = join(root, id);
    try {
      this.#root = resolve(root);
      this.#place = join(this.#root, id);
      mkdirSync(this.#place, { recursive: true });
      accessSync(this.#place, constants.W_OK);
      const probe = join(this.#place, '.probe');
      writeFileSync(probe, 'x');
      rmSync(probe);
    } catch (error) {
      throw new InputError(
        `--output ${root}: cannot be written: ${error instanceof Error ? error.message : String(error)}; expected a folder that can be made and written`,
        { cause: error },
      );
    }
  }

  /** Throws an `OutputError`. */
  write(name: string, content: string): void {
    const target = join(this.#place, name);
    const temporary = temporaryName(target);
    try {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(temporary, content);
      renameSync(temporary, target);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw cannotWrite(join(this.path, name), error);
    }
  }

  /** Folder of one run as it is named, made when first asked for. Throws an `OutputError`. */
  runFolder(scenario: string, seed: string): string {
    const name = nameOf(scenario, seed);
    const folder = join(this.path, name);
    try {
      mkdirSync(join(this.#place, name), { recursive: true });
    } catch (error) {
      throw cannotWrite(folder, error);
    }
    return folder;
  }

  writeRun(result: RunResult): void {
    const folder = nameOf(result.scenario, result.seed);
    this.write(join(folder, 'result.json'), `${JSON.stringify(published(result), undefined, 2)}\n`);
    if (result.verdict !== 'passed') this.write(join(folder, 'plan.json'), formatPlan(result.plan));
  }

  /** Takes away what was being written when the process had to end. */
  removeTemporary(): void {
    const ending = temporaryName('');
    for (const name of readdirSync(this.#place, { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith(ending)) rmSync(join(this.#place, name), { force: true });
    }
  }

  /** Points `latest` at this run; a file system without links does without. */
  linkLatest(): void {
    const link = join(this.#root, 'latest');
    const temporary = temporaryName(link);
    try {
      symlinkSync(this.#id, temporary, 'dir');
      renameSync(temporary, link);
    } catch {
      // The link is a convenience.
      rmSync(temporary, { force: true });
    }
  }
}

function nameOf(scenario: string, seed: string): string {
  return join('scenarios', scenario, seed);
}

/** Sorts by time and says what it was run on. */
export function runId(startedAt: Date, commit: string | undefined): string {
  const time = startedAt
    .toISOString()
    .replaceAll(':', '-')
    .replace(/\.\d+Z$/, 'Z');
  return `${time}-${commit?.slice(0, 7) ?? 'nocommit'}-${process.pid}`;
}
