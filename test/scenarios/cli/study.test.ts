import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runScenarioCli, temporaryFolder } from './command-line.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const study = async (...args: readonly string[]): ReturnType<typeof runScenarioCli> =>
  await runScenarioCli(['study', ...args], { cwd: folder.path });

describe('study', () => {
  test.each([
    [['rebalance'], /--vary: expected at least one setting/],
    [['rebalance', '--vary', 'heartbeatMs=15000'], /claimTtlMs=30000 with deadAfterMs=45000/],
    [['rebalance', '--vary', 'heartbeatMs=1000', '--seeds', '0'], /--seeds 0: expected a whole number/],
    [['rebalance', '--vary', 'heartbeatMs=1000', '--set', 'wings=2'], /no value wings/],
    [['patterns', '--vary', 'heartbeatMs=1000'], /nothing to vary/],
    [['rebalanse'], /unknown study rebalanse; did you mean rebalance\?/],
  ])('%j is bad input: exit 104, nothing runs', { timeout: 30_000 }, async (args, message) => {
    const { code, stderr } = await study(...args);
    expect(code).toBe(104);
    expect(stderr).toMatch(message);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('rebalance prints and stores the same table for the same seed', { timeout: 120_000 }, async () => {
    const size = ['--set', 'tools=20,minutes=10'];
    const args = ['rebalance', '--vary', 'heartbeatMs=1000,2000', '--seeds', '1', ...size, '-j', '2', '-q'];
    const first = await study(...args, '-o', 'first');
    expect(first.stderr).toBe('');
    expect(first.code).toBe(0);
    await study(...args, '-j', '1', '-o', 'second');
    const csv = (output: string): string =>
      readFileSync(join(folder.path, output, 'latest', 'study-rebalance.csv'), 'utf8');
    expect(csv('first').split('\n')).toHaveLength(4);
    expect(csv('second')).toBe(csv('first'));
    expect(first.stdout).toMatch(/again {2}npm run scenario -- study rebalance --vary heartbeatMs=1000,2000/);
  });
});
