import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import {
  filesBelow,
  readJsonFile,
  runScenarioCli,
  smallWorld,
  start,
  temporaryFolder,
} from './command-line.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const cwd = folder.path;
/** Long enough to be stopped. */
const longRun = ['quiet-day', '--set', 'tools=300', '--set', 'minutes=2880', '-q', '--trace', 'on'];

function runJson(output: string): unknown {
  const [run = ''] = readdirSync(join(cwd, output)).filter((name) => name !== 'latest');
  return readJsonFile(cwd, output, run, 'run.json');
}

describe.concurrent('stopping', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s once: what is there is reported, exit %i', async (signal, expected) => {
    const started = start([...longRun, '-o', signal], { cwd });
    await started.seen('Running');
    await pause(1_000);
    expect(runJson(signal)).toMatchObject({ outcome: 'incomplete' });
    started.process.kill(signal);
    const { stdout, code } = await started.ended;
    expect(code).toBe(expected);
    expect(stdout).toContain('! the run was stopped before its end');
    expect(stdout).toMatch(new RegExp(`exit ${expected}: .*what was finished is reported\n$`));
    expect(runJson(signal)).toMatchObject({ outcome: 'incomplete', exitCode: expected });
    const files = filesBelow(join(cwd, signal));
    expect(files).toContain('RUN/results.json');
    expect(files.filter((name) => name.includes('tmp'))).toEqual([]);
  });

  test('Ctrl-C twice ends at once, and leaves no file half-written', async () => {
    const started = start([...longRun, '-o', 'twice'], { cwd });
    await started.seen('Running');
    await pause(1_000);
    started.process.kill('SIGINT');
    // Another signal than the first needs no pause to count as the second.
    started.process.kill('SIGTERM');
    const { stdout, code } = await started.ended;
    expect([143, 130]).toContain(code);
    expect(stdout).not.toContain('what was finished is reported');
    expect(filesBelow(join(cwd, 'twice'))).toEqual(['RUN/run.json']);
    expect(runJson('twice')).toMatchObject({ outcome: 'incomplete' });
  });

  test('a working directory deleted under a run is made again for what was found', async () => {
    const lost = join(cwd, 'lost');
    mkdirSync(lost);
    const started = start([...longRun, '--trace', 'off', '-o', 'out'], {
      cwd: lost,
      environment: { HOME: cwd },
    });
    await started.seen('Running');
    await pause(1_000);
    rmSync(lost, { recursive: true });
    started.process.kill('SIGINT');
    expect((await started.ended).code).toBe(130);
    expect(filesBelow(join(lost, 'out'))).toContain('RUN/results.json');
  });

  test('--timeout: exit 124, with the partial report', async () => {
    const { stdout, code } = await runScenarioCli([...longRun, '-o', 'timeout', '--timeout', '1'], { cwd });
    expect(code).toBe(124);
    expect(stdout).toContain('exit 124: the time limit was reached');
    expect(runJson('timeout')).toMatchObject({ outcome: 'incomplete', exitCode: 124 });
  });
});

describe.concurrent('output that cannot be written', () => {
  test('a file of the results: exit 255, what is there is whole', async () => {
    const args = ['quiet-day', ...smallWorld, '-o', 'full', '-q', '--trace', 'on'];
    const { stderr, code } = await runScenarioCli(args, { cwd, fileBlocks: 16 });
    expect(code).toBe(255);
    expect(stderr).toMatch(/^harness error: full\/.*: cannot be written: EFBIG/);
    expect(stderr).not.toMatch(/\n {4}at /);
    for (const name of filesBelow(join(cwd, 'full'))) expect(name).toMatch(/\.(json|txt|md|xml)$/);
    expect(runJson('full')).toMatchObject({ outcome: 'incomplete', exitCode: 255 });
  });

  test('standard output on a full disk: exit 255', async () => {
    const args = ['quiet-day', ...smallWorld, '-o', 'full-output', '-q'];
    const { stderr, code } = await runScenarioCli(args, { cwd, stdoutFile: '/dev/full' });
    expect(code).toBe(255);
    expect(stderr).toMatch(/^harness error: standard output: cannot be written: ENOSPC/);
  });

  test('a reader that has gone changes nothing', async () => {
    const started = start(['quiet-day', ...smallWorld, '-o', 'pipe', '-q'], { cwd });
    started.process.stdout?.destroy();
    const { stderr, code } = await started.ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(runJson('pipe')).toMatchObject({ outcome: 'complete', exitCode: 0 });
  });
});
