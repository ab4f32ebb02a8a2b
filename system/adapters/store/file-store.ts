import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { PortError } from '../../ports/errors.ts';
import type { Store } from '../../ports/store.ts';

/** Keys are names of files. */
const keyShape = /^[a-z0-9-]+$/;

/**
 * The `Store` port over a folder: one file for each key, written beside its old version, synced, and put in its place by
 * a rename that is synced as well, so that a reader sees the old text or the new one, whole, whenever the power fails.
 */
export class FileStore implements Store {
  readonly #folder: string;
  #writes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async load(key: string): Promise<string | undefined> {
    try {
      return await readFile(this.#pathOf(key), 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unavailable(key, error);
    }
  }

  async save(key: string, value: string): Promise<void> {
    const path = this.#pathOf(key);
    this.#writes += 1;
    const beside = `${path}.${this.#writes}.new`;
    try {
      await mkdir(this.#folder, { recursive: true });
      const file = await open(beside, 'w');
      try {
        await file.writeFile(value, 'utf8');
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, path);
      const folder = await open(this.#folder, 'r');
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
    } catch (error) {
      throw unavailable(key, error);
    }
  }

  #pathOf(key: string): string {
    if (!keyShape.test(key)) throw new PortError(`${key} is no key of the store`, 'invalid');
    return join(this.#folder, `${key}.json`);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function unavailable(key: string, cause: unknown): PortError {
  return new PortError(`the store has not kept ${key}`, 'unavailable', { cause });
}
