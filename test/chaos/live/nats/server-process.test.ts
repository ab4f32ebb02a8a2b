import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Guard } from '../../../../chaos/live/nats/guard.ts';
import type { LiveProblem } from '../../../../chaos/live/nats/index.ts';
import { ServerProcess } from '../../../../chaos/live/nats/server-process.ts';

/** What is told of a server that says this and ends. */
async function problemOf(saying: string): Promise<LiveProblem> {
  const folder = mkdtempSync(join(tmpdir(), 'tfdc-server-'));
  const binary = join(folder, 'server');
  writeFileSync(binary, `#!/bin/sh\necho '${saying}' >&2\nexit 1\n`);
  chmodSync(binary, 0o755);
  const guard = new Guard(folder);
  try {
    const server = new ServerProcess([binary], join(folder, 'none.conf'), guard);
    server.start();
    await vi.waitFor(
      () => expect([server.running, server.log]).toEqual([false, expect.stringMatching(/./)]),
      {
        timeout: 10_000,
      },
    );
    return server.problem();
  } finally {
    await guard.end();
  }
}

test('a server that ends by itself sends its user to the doctor', async () => {
  const { problem, command } = await problemOf('[7] [FTL] cannot create the store');
  expect(problem).toBe('nats-server ended by itself: cannot create the store');
  expect(command).toBe('npm run scenario -- doctor');
});

test('a port in use is told as such', async () => {
  const { problem } = await problemOf('[7] [FTL] listen tcp 127.0.0.1:4222: bind: address already in use');
  expect(problem).toMatch(/a port of nats-server is in use: .*4222/);
});
