import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { cacheWith, emptyCache } from './fake-server.ts';

const script = join(import.meta.dirname, 'start-cluster.ts');
const patience = { timeout: 30_000, interval: 50 };

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that nobody has waited for yet is dead all the same.
    return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'servers and their folders go when %s ends their owner',
  async (signal) => {
    const folder = emptyCache();
    // Each server leaves its process id where the test finds it.
    const cache = cacheWith(
      '2.12.15',
      'nats-server: v2.12.15',
      `echo $$ > '${folder}'/pid-$$; exec sleep 600`,
    );
    const scratch = emptyCache();
    const owner = spawn(process.execPath, [script], {
      env: { ...process.env, TFDC_CACHE: cache, TMPDIR: scratch },
      stdio: 'ignore',
    });
    await vi.waitFor(() => expect(readdirSync(folder)).toHaveLength(2), patience);
    const pids = readdirSync(folder).map((file) => Number(file.slice('pid-'.length)));
    expect(pids.map(isAlive)).toEqual([true, true]);
    expect(readdirSync(scratch)).toHaveLength(1);
    owner.kill(signal);
    await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false]), patience);
    await vi.waitFor(() => expect(readdirSync(scratch)).toEqual([]), patience);
  },
);
