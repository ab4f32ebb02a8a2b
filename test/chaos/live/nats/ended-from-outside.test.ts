import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { LinkKind } from '../../../../chaos/live/nats/index.ts';
import { ip } from '../../../../chaos/live/nats/ip-command.ts';
import { cacheWith, emptyCache } from './fake-server.ts';
import { isAlive } from './is-alive.ts';
import { namespacesMissing } from './namespaces-here.ts';

const script = join(import.meta.dirname, 'start-cluster.ts');
const patience = { timeout: 30_000, interval: 50 };

interface Started {
  readonly owner: ChildProcess;
  readonly pids: readonly number[];
  readonly scratch: string;
}

/** A process that started a cluster of two servers, which do nothing. */
async function started(links: LinkKind): Promise<Started> {
  const folder = emptyCache();
  // Each server leaves its process id where the test finds it.
  const cache = cacheWith('2.12.15', 'nats-server: v2.12.15', `echo $$ > '${folder}'/pid-$$; exec sleep 600`);
  const scratch = emptyCache();
  const owner = spawn(process.execPath, [script, links], {
    env: { ...process.env, TFDC_CACHE: cache, TMPDIR: scratch },
    stdio: 'ignore',
  });
  await vi.waitFor(() => expect(readdirSync(folder)).toHaveLength(2), patience);
  const pids = readdirSync(folder).map((file) => Number(file.slice('pid-'.length)));
  expect(pids.map(isAlive)).toEqual([true, true]);
  expect(readdirSync(scratch)).toHaveLength(1);
  return { owner, pids, scratch };
}

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'servers and their folders go when %s ends their owner',
  async (signal) => {
    const { owner, pids, scratch } = await started('proxies');
    owner.kill(signal);
    await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false]), patience);
    await vi.waitFor(() => expect(readdirSync(scratch)).toEqual([]), patience);
  },
);

test.skipIf(namespacesMissing)('their network goes with them', async () => {
  const { owner, pids } = await started('namespaces');
  const spaces = pids.map((pid) => ip(['netns', 'identify', String(pid)]).printed.trim());
  expect(new Set(spaces).size).toBe(2);
  const bridge = spaces[0]?.replace(/-\d+$/, '') ?? '';
  expect(ip(['link', 'show', bridge]).complaint).toBeUndefined();
  owner.kill('SIGKILL');
  await vi.waitFor(
    () => expect(spaces.filter((space) => existsSync(`/run/netns/${space}`))).toEqual([]),
    patience,
  );
  await vi.waitFor(() => expect(ip(['link', 'show', bridge]).complaint).toMatch(/does not exist/), patience);
  expect(pids.map(isAlive)).toEqual([false, false]);
});
