import { accessSync, constants, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../run-result.ts';
import { formatPlan } from '../../chaos/plan.ts';
import { published } from '../../reports/results-json.ts';
import { InputError } from './input-error.ts';

/** `results/<run>/`: every file is written beside its place and renamed into it, so that none is ever half there. */
export class OutputFolder {
  readonly path: string;
  readonly #root: string;
  readonly #id: string;

  /** Makes the folder before anything runs. Throws an `InputError` where that is not possible. */
  constructor(root: string, id: string) {
    this.#root = root;
    this.#id = id;
    this.path = join(root, id);
    try {
      mkdirSync(this.path, { recursive: true });
      accessSync(this.path, constants.W_OK);
      const probe = join(this.path, '.probe');
      writeFileSync(probe, 'x');
      rmSync(probe);
    } catch (error) {
      throw new InputError(
        `--output ${root}: cannot be written: ${error instanceof Error ? error.message : String(error)}; expected a folder that can be made and written`,
        { cause: error },
      );
    }
  }

  /** Throws what the file system says; the caller makes it a harness error. */
  write(name: string, content: string): void {
    const target = join(this.path, name);
    const temporary = `${target}.tmp-${process.pid}`;
    try {
      writeFileSync(temporary, content);
      renameSync(temporary, target);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  /** Folder of one run, made when first asked for. */
  runFolder(scenario: string, seed: string): string {
    const name = join('scenarios', scenario, seed);
    mkdirSync(join(this.path, name), { recursive: true });
    return name;
  }

  writeRun(result: RunResult): void {
    const folder = this.runFolder(result.scenario, result.seed);
    this.write(join(folder, 'result.json'), `${JSON.stringify(published(result), undefined, 2)}\n`);
    if (result.verdict !== 'passed') this.write(join(folder, 'plan.json'), formatPlan(result.plan));
  }

  /** Points `latest` at this run; a file system without links does without. */
  linkLatest(): void {
    const link = join(this.#root, 'latest');
    try {
      rmSync(link, { force: true });
      symlinkSync(this.#id, link, 'dir');
    } catch {
      // The link is a convenience.
    }
  }
}

/** Sorts by time and says what it was run on. */
export function runId(startedAt: Date, commit: string | undefined): string {
  const time = startedAt
    .toISOString()
    .replaceAll(':', '-')
    .replace(/\.\d+Z$/, 'Z');
  return `${time}-${commit?.slice(0, 7) ?? 'nocommit'}-${process.pid}`;
}
