import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cassandraVersion } from '../../../chaos/live/cassandra/index.ts';
import type { LiveNeed } from '../../../chaos/live/live-need.ts';
import { liveNeeds } from '../../../chaos/live/live-needs.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tfdc-needs-'));
  vi.stubEnv('PATH', folder);
  vi.stubEnv('TFDC_CACHE', folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function pretend(path: string, text: string): void {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, `#!/bin/sh\necho '${text}'\n`);
  chmodSync(full, 0o755);
}

function needNamed(needs: readonly LiveNeed[], name: string): LiveNeed['state'] {
  const need = needs.find((candidate) => candidate.name === name);
  if (need === undefined) throw new Error(`no need named ${name}`);
  return need.state;
}

test('on a bare machine each thing that is missing comes with the command that gets it', async () => {
  const needs = await liveNeeds();
  const missing = needs.flatMap(({ name, state }) =>
    state.kind === 'missing' ? [`${name}: ${state.command}`] : [],
  );
  expect(missing).toEqual([
    expect.stringMatching(/^go: install Go 1\.26/),
    'nats-server 2.12.15: npm run conformance -- nats --install 2.12.15',
    'nats-server 2.9.10: npm run conformance -- nats --install 2.9.10',
    expect.stringMatching(/^java: apt-get install .*openjdk-17/),
    expect.stringMatching(/^maven: apt-get install .*maven/),
    expect.stringMatching(/^cassandra 5\.0\.8: npm run conformance -- cassandra /),
  ]);
  expect(needNamed(needs, 'ports on loopback').kind).toBe('present');
});

test('what is there is said with its version or place', async () => {
  pretend('go', 'go version go1.27.1 linux/amd64');
  pretend('java', 'openjdk version "17.0.15" 2025-04-15');
  pretend('mvn', 'Apache Maven 3.8.7');
  pretend('nats-server-2.9.10', 'nats-server: v2.9.10');
  pretend(`cassandra-${cassandraVersion}/lib/cassandra-all-${cassandraVersion}.jar`, '');
  const needs = await liveNeeds();
  for (const name of ['go', 'java', 'maven', 'nats-server 2.9.10', `cassandra ${cassandraVersion}`]) {
    expect(needNamed(needs, name).kind).toBe('present');
  }
  expect(needNamed(needs, 'nats-server 2.9.10').detail).toBe(join(folder, 'nats-server-2.9.10'));
});

test('a wrong version is not taken for the right one', async () => {
  pretend('go', 'go version go1.21.3 linux/amd64');
  pretend('java', 'openjdk version "21.0.2" 2024-01-16');
  pretend('nats-server-2.12.15', 'nats-server: v2.12.14');
  const needs = await liveNeeds();
  expect(needNamed(needs, 'go')).toMatchObject({
    kind: 'missing',
    detail: expect.stringMatching(/1\.21\.3/),
  });
  expect(needNamed(needs, 'java')).toMatchObject({ kind: 'missing', detail: expect.stringMatching(/is 21/) });
  expect(needNamed(needs, 'nats-server 2.12.15')).toMatchObject({
    kind: 'missing',
    detail: expect.stringMatching(/is nats-server 2\.12\.14, not 2\.12\.15/),
  });
});
