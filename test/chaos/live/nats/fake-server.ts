import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { ServerVersion } from '../../../../chaos/live/nats/index.ts';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder that goes with the test file that imports this. */
export function passingFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `tfdc-${name}-`));
  folders.push(folder);
  return folder;
}

/** A cache folder with a shell script in the place of a server: it tells this version, and then does as it is told. */
export function cacheWith(version: ServerVersion, told: string, script: string): string {
  const cache = passingFolder('cache');
  const binary = join(cache, `nats-server-${version}`);
  const versioned = `if [ "$1" = --version ]; then echo '${told}'; exit 0; fi`;
  writeFileSync(binary, `#!/bin/sh\n${versioned}\n${script}\n`);
  chmodSync(binary, 0o755);
  return cache;
}

export function emptyCache(): string {
  return passingFolder('cache');
}

/** A folder with a shell script in the place of a command. */
export function commandsWith(name: string, script: string): string {
  const folder = passingFolder('commands');
  const command = join(folder, name);
  writeFileSync(command, `#!/bin/sh\n${script}\n`);
  chmodSync(command, 0o755);
  return folder;
}
