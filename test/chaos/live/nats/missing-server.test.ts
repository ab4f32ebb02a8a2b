import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findServer, installServer, LiveCluster, LiveProblem } from '../../../../chaos/live/nats/index.ts';
import { cacheWith, emptyCache } from './fake-server.ts';

const options = { version: '2.12.15', name: 'none', nodeCount: 3, formWithinMs: 700 } as const;

afterEach(() => {
  vi.unstubAllEnvs();
});

async function problemOf(start: Promise<unknown>): Promise<LiveProblem> {
  const error: unknown = await start.catch((failure: unknown) => failure);
  if (!(error instanceof LiveProblem)) throw new Error(`not a LiveProblem: ${String(error)}`);
  return error;
}

describe('a server that cannot be used', () => {
  test('is missing: told with the command that installs it', async () => {
    vi.stubEnv('TFDC_CACHE', emptyCache());
    const missing = {
      kind: 'missing',
      problem: 'nats-server 2.12.15 is not installed',
      command: 'npm run conformance -- nats --install 2.12.15',
    };
    expect(await findServer('2.12.15')).toEqual(missing);
    expect(await problemOf(LiveCluster.start(options))).toMatchObject({
      problem: missing.problem,
      command: missing.command,
    });
  });

  test('cannot be got without the tools that build it: they are named', async () => {
    vi.stubEnv('TFDC_CACHE', emptyCache());
    vi.stubEnv('PATH', emptyCache());
    expect(await installServer('2.12.15')).toMatchObject({
      kind: 'missing',
      problem: expect.stringMatching(/^nats-server 2\.12\.15 cannot be got: /),
      command: expect.stringMatching(/needs Go/),
    });
    expect(await installServer('2.9.10')).toMatchObject({
      kind: 'missing',
      command: expect.stringMatching(/apt-get update && .*--install 2\.9\.10/),
    });
  });

  test('is of another version: never taken', async () => {
    vi.stubEnv('TFDC_CACHE', cacheWith('2.12.15', 'nats-server: v9.9.9', 'exit 0'));
    expect(await findServer('2.12.15')).toMatchObject({
      kind: 'missing',
      problem: expect.stringMatching(/is nats-server 9\.9\.9, not 2\.12\.15$/),
    });
  });

  test('does not run', async () => {
    const cache = cacheWith('2.12.15', 'nats-server: v2.12.15', 'exit 0');
    chmodSync(join(cache, 'nats-server-2.12.15'), 0o644);
    vi.stubEnv('TFDC_CACHE', cache);
    expect(await findServer('2.12.15')).toMatchObject({
      kind: 'missing',
      problem: expect.stringMatching(/does not run: /),
    });
  });
});

describe('a cluster that does not come up', () => {
  test('within its time: told, with the time', async () => {
    vi.stubEnv('TFDC_CACHE', cacheWith('2.12.15', 'nats-server: v2.12.15', 'exec sleep 600'));
    const { problem, command } = await problemOf(LiveCluster.start(options));
    expect(problem).toBe('the cluster of nats-server 2.12.15 did not form within 700 ms');
    expect(command).toMatch(/run again/);
  });

  test('since a port is in use: told as such, with the port', async () => {
    const said = '[1] [FTL] listen tcp 127.0.0.1:4222: bind: address already in use';
    vi.stubEnv('TFDC_CACHE', cacheWith('2.12.15', 'nats-server: v2.12.15', `echo '${said}' >&2; exit 1`));
    const { problem, command } = await problemOf(LiveCluster.start({ ...options, formWithinMs: 20_000 }));
    expect(problem).toMatch(/^a port of nats-server is in use: .*4222/);
    expect(command).toMatch(/end what listens there/);
  });
});
