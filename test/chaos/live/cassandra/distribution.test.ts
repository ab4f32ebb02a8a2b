import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { obtainCassandra } from '../../../../chaos/live/cassandra/index.ts';
import { LiveProblem } from '../../../../chaos/live/nats/index.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tfdc-no-java-'));
  vi.stubEnv('PATH', folder);
  vi.stubEnv('TFDC_CACHE', folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function pretend(program: string, text: string): void {
  const path = join(folder, program);
  writeFileSync(path, `#!/bin/sh\necho '${text}'\n`);
  chmodSync(path, 0o755);
}

async function problem(): Promise<string> {
  try {
    await obtainCassandra();
    return 'none';
  } catch (error) {
    if (!(error instanceof LiveProblem)) throw error;
    return error.message;
  }
}

test('without Java it says how to get it', async () => {
  expect(await problem()).toMatch(/there is none.*apt-get install .*openjdk-17/);
});

test('with a Java that does not work it names the one it met', async () => {
  pretend('java', 'openjdk version "21.0.2" 2024-01-16');
  expect(await problem()).toMatch(/java is 21/);
});

test('without Maven it says how to get it', async () => {
  pretend('java', 'openjdk version "17.0.15" 2025-04-15');
  expect(await problem()).toMatch(/got by Maven, and there is none.*apt-get install .*maven/);
});
