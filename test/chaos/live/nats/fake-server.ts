import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerVersion } from '../../../../chaos/live/nats/index.ts';

/** A cache folder with a shell script in the place of a server: it tells this version, and then does as it is told. */
export function cacheWith(version: ServerVersion, told: string, script: string): string {
  const cache = mkdtempSync(join(tmpdir(), 'tfdc-cache-'));
  const binary = join(cache, `nats-server-${version}`);
  const versioned = `if [ "$1" = --version ]; then echo '${told}'; exit 0; fi`;
  writeFileSync(binary, `#!/bin/sh\n${versioned}\n${script}\n`);
  chmodSync(binary, 0o755);
  return cache;
}

export function emptyCache(): string {
  return mkdtempSync(join(tmpdir(), 'tfdc-cache-'));
}

/** A folder with a shell script in the place of a command. */
export function commandsWith(name: string, script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tfdc-commands-'));
  const command = join(folder, name);
  writeFileSync(command, `#!/bin/sh\n${script}\n`);
  chmodSync(command, 0o755);
  return folder;
}
