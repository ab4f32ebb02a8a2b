import { afterEach, expect, test, vi } from 'vitest';
import { runScenarioCli, temporaryFolder } from './command-line.ts';

const folder = temporaryFolder();

afterEach(() => {
  vi.doUnmock('../../../scenarios/cli/canary.ts');
  vi.restoreAllMocks();
});

test('a run that is red as known does not fail its campaign, and says so', { timeout: 60_000 }, async () => {
  const args = ['nats-power-loss', '--seed', '1', '--set', 'tools=60', '--verify-determinism', '0%', '-q'];
  const { stdout, code } = await runScenarioCli([...args, '-o', 'red'], { cwd: folder.path });
  expect(code).toBe(0);
  expect(stdout).toMatch(/FAILED {2}nats-power-loss/);
  expect(stdout).toMatch(/exit 0: 1 of 1 run known red: nats-server syncs its files every two minutes/);
  folder.remove();
});

test('a long campaign of a scenario that is known to be red, and never is, does not pass', async () => {
  const output = temporaryFolder();
  vi.doMock('../../../scenarios/cli/canary.ts', async (original) => ({
    ...(await original<typeof import('../../../scenarios/cli/canary.ts')>()),
    seedsWithCanary: 1,
  }));
  const { buildFlags } = await import('./flags.ts');
  const { runCommand } = await import('../../../scenarios/cli/run-command.ts');
  let printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  // So few tools that nothing is under way when a leader is cut off, in this seed.
  const flags = buildFlags({ output: output.path, seed: '3', set: ['tools=10'] });
  const code = await runCommand('nats-2910-partition', flags, {});
  expect(printed).toContain('known to be red and no run was: what it shows is not shown any more');
  expect(code).toBe(2);
  output.remove();
});
