import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Guard } from '../../../../chaos/live/nats/guard.ts';
import { passingFolder } from './fake-server.ts';
import { isAlive } from './is-alive.ts';

const patience = { timeout: 10_000, interval: 20 };
const script = join(import.meta.dirname, 'spawn-and-die.ts');
const newFolder = (): string => passingFolder('guard');

test('a program whose owner is killed right after its start goes with it', { timeout: 60_000 }, async () => {
  for (let round = 0; round < 10; round++) {
    const guarded = newFolder();
    const file = join(newFolder(), 'pid');
    expect(spawnSync(process.execPath, [script, guarded, file]).signal).toBe('SIGKILL');
    await vi.waitFor(() => expect(existsSync(guarded)).toBe(false), patience);
    // It may have been killed before it could say its process id.
    const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    if (pid > 0) await vi.waitFor(() => expect(isAlive(pid)).toBe(false), patience);
  }
});

test('a program that is not there ends with 127', async () => {
  const guard = new Guard(newFolder());
  try {
    const child = guard.spawn(['tfdc-no-such-program'], 'pipe', 'pipe');
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(127);
  } finally {
    await guard.end();
  }
});
