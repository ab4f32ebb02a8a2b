import { afterEach, describe, expect, test, vi } from 'vitest';
import { filesBelow, readJsonFile, runScenarioCli, temporaryFolder } from './command-line.ts';

const folder = temporaryFolder();
const cwd = folder.path;

afterEach(() => {
  vi.doUnmock('../../../scenarios/cli/canary.ts');
  vi.restoreAllMocks();
});

describe('campaigns', () => {
  test('many seeds on workers: causes, canary, one file a run, the same by any number of workers', async () => {
    const fingerprints: unknown[] = [];
    for (const workers of ['1', '2']) {
      const args = [
        'storm',
        '--set',
        'tools=12,minutes=10',
        '--seeds',
        '3',
        '-o',
        `w${workers}`,
        '-q',
        '-j',
        workers,
      ];
      const { stdout } = await runScenarioCli([...args, '--plant', 'dropped-chunk', '--trace', 'off'], {
        cwd,
      });
      expect(stdout).toMatch(/Running storm × 3 seeds on [12] workers/);
      expect(stdout).toMatch(/█ NOT PASSED, BY CAUSE\n {2}✗ failed {2}/);
      expect(stdout).toMatch(/ {6}replay {2}npm run scenario -- run storm --seed 0x\d /);
      expect(stdout).toMatch(/Runs: 0 passed, \d unknown, \d failed, 0 nondeterministic/);
      const { runs } = readJsonFile(cwd, `w${workers}`, 'latest', 'results.json') as {
        runs: { seed: string; fingerprint: string }[];
      };
      expect(runs.map((run) => run.seed)).toEqual(['0x1', '0x2', '0x3']);
      fingerprints.push(runs.map((run) => run.fingerprint));
    }
    expect(fingerprints[1]).toEqual(fingerprints[0]);
    expect(filesBelow(`${cwd}/w1`).filter((name) => name.endsWith('result.json'))).toHaveLength(3);
  });

  test('twenty seeds carry a canary that must fail', { timeout: 120_000 }, async () => {
    const args = [
      'rolling-update',
      '--set',
      'tools=10,minutes=10',
      '--seeds',
      '20',
      '-o',
      'canary',
      '-q',
      '--timeout',
      '60',
    ];
    const { stdout, code } = await runScenarioCli(args, { cwd });
    expect([0, 1, 2]).toContain(code);
    expect(stdout).toContain('× 20 seeds and a canary');
    expect(stdout).toContain(
      'canary  dropped-chunk was planted in one more run and caught by result.fault-free\n',
    );
    const { runs } = readJsonFile(cwd, 'canary', 'latest', 'results.json') as { runs: unknown[] };
    expect(runs).toHaveLength(20);
    folder.remove();
  });

  test('a canary that passes is exit 255', async () => {
    const output = temporaryFolder();
    vi.doMock('../../../scenarios/cli/canary.ts', async (original) => ({
      ...(await original<typeof import('../../../scenarios/cli/canary.ts')>()),
      seedsWithCanary: 1,
      canaryRequest: (seed: bigint) => ({
        scenario: 'quiet-day',
        seed,
        overrides: { tools: '10', minutes: '10' },
      }),
    }));
    const { buildFlags } = await import('./flags.ts');
    const { runCommand } = await import('../../../scenarios/cli/run-command.ts');
    let printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    const flags = buildFlags({ output: output.path, set: ['tools=10', 'minutes=10'] });
    const code = await runCommand('quiet-day', flags, {});
    expect(code).toBe(255);
    expect(printed).toContain('exit 255: the canary passed: this harness cannot see failures\n');
    output.remove();
  });
});
