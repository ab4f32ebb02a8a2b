import { afterEach, expect, test, vi } from 'vitest';
import { cacheWith, commandsWith, emptyCache } from '../../chaos/live/nats/fake-server.ts';
import { run } from './command.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Exit code, and what was said. */
async function answered(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly said: string }> {
  const lines: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((line: string) => lines.push(line));
  return { code: await run(args), said: lines.join('\n') };
}

test.each([
  ['a version that nobody knows', ['--server', '3.1.4']],
  ['an option that nobody knows', ['--speed', '9']],
  ['a count that is none', ['--faults', 'many']],
  ['a seed that is none', ['--ops', '10', '--seed', '1.5']],
  ['a sequence that nobody knows', ['--bands', '--rows', 'T20,T99']],
  ['a way to cut links that nobody knows', ['--bands', '--links', 'scissors']],
])('%s is bad input, nothing runs', async (_, args) => {
  vi.stubEnv('TFDC_CACHE', emptyCache());
  const { code, said } = await answered(...args);
  expect(code).toBe(104);
  expect(said).toMatch(/npm run conformance -- nats/);
});

test('a server that cannot be got is skipped, with the command that gets it', async () => {
  vi.stubEnv('TFDC_CACHE', emptyCache());
  vi.stubEnv('PATH', emptyCache());
  const { code, said } = await answered('--server', '2.12.15', '--faults', '10');
  expect(code).toBe(2);
  expect(said).toMatch(
    /^SKIPPED, nothing was compared: nats-server 2\.12\.15 cannot be got.*--install 2\.12\.15/,
  );
});

test('a cluster whose ports are taken is skipped, and says so', async () => {
  const said = '[1] [FTL] listen tcp 127.0.0.1:4222: bind: address already in use';
  const script = `echo '${said}' >&2; exit 1`;
  vi.stubEnv('TFDC_CACHE', cacheWith('2.12.15', 'nats-server: v2.12.15', script));
  const answer = await answered('--server', '2.12.15', '--faults', '10');
  expect(answer.code).toBe(2);
  expect(answer.said).toMatch(/^SKIPPED, nothing was compared: a port of nats-server is in use/);
});

test('namespaces that cannot be made here are skipped, and say so', async () => {
  vi.stubEnv('TFDC_CACHE', cacheWith('2.12.15', 'nats-server: v2.12.15', 'exec sleep 600'));
  const refusal = "echo 'RTNETLINK answers: Operation not permitted' >&2; exit 2";
  vi.stubEnv('PATH', `${commandsWith('ip', refusal)}:${process.env['PATH'] ?? ''}`);
  const { code, said } = await answered('--bands', '--links', 'namespaces');
  expect(code).toBe(2);
  expect(said).toMatch(/^SKIPPED, nothing was compared: network namespaces cannot be made here: RTNETLINK/);
});
