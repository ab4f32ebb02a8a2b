import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readJsonFile, runScenarioCli, temporaryFolder } from './command-line.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const cwd = folder.path;
const world = ['--set', 'tools=20,minutes=10'];

interface Recorded {
  readonly fingerprint: string;
  readonly replay: string;
}

let recorded: Recorded;

beforeAll(async () => {
  await runScenarioCli(['storm', ...world, '--seed', '5', '-o', 'first', '-q'], { cwd });
  recorded = readJsonFile(cwd, 'first', 'latest', 'scenarios', 'storm', '0x5', 'result.json') as Recorded;
});

describe.concurrent('replay', () => {
  test('by scenario and seed: the same fingerprint, executed twice', async () => {
    const { stdout } = await runScenarioCli(['replay', 'storm#0x5', ...world, '-o', 'again', '-q'], { cwd });
    expect(stdout).toContain(`fingerprint ${recorded.fingerprint}\n`);
    expect(stdout).toContain('executing 1 run again');
  });

  test('by its results folder: the plan that was kept, compared with the record', async () => {
    const { stdout, code } = await runScenarioCli(['replay', 'first/latest', '-o', 'folder', '-q'], { cwd });
    expect(stdout).toContain(`fingerprint as recorded: ${recorded.fingerprint}\n`);
    expect([0, 1, 2]).toContain(code);
  });

  test('by the line that was printed', async () => {
    const [, args = ''] = recorded.replay.split('npm run scenario -- ');
    const { stdout } = await runScenarioCli([...args.split(' '), '-o', 'line', '-q', '--json'], { cwd });
    const { runs } = JSON.parse(stdout) as { runs: Recorded[] };
    expect(runs.map((run) => run.fingerprint)).toEqual([recorded.fingerprint]);
  });

  test('a record that does not come out again is never exit 0', async () => {
    const file = join(cwd, 'first', 'latest', 'scenarios', 'storm', '0x5', 'result.json');
    const other = readFileSync(file, 'utf8').replace(recorded.fingerprint, '0000000000000000');
    writeFileSync(join(cwd, 'other.json'), other);
    const { stdout, code } = await runScenarioCli(['replay', 'other.json', '-o', 'other', '-q'], { cwd });
    expect(code).toBeGreaterThan(0);
    expect(code).toBeLessThan(4);
    expect(stdout).toContain(`fingerprint ${recorded.fingerprint}, recorded 0000000000000000: this code`);
  });
});
