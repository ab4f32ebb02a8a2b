import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { resultsSchema } from '../../../reports/results-schema.ts';
import {
  filesBelow,
  normalised,
  readJsonFile,
  runScenarioCli,
  smallWorld,
  temporaryFolder,
  withoutProgress,
} from './command-line.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const cwd = folder.path;

describe.concurrent('run', () => {
  test('prints a verdict and leaves the whole set of files', async () => {
    const { stdout, stderr, code } = await runScenarioCli(['quiet-day', ...smallWorld, '-o', 'plain'], {
      cwd,
    });
    expect(code).toBe(0);
    expect(withoutProgress(stderr)).toBe('');
    const text = normalised(stdout);
    expect(text).toMatch(
      /^Running quiet-day {2}seed 0x1 \(default\)\n\n✓ PASSED {2}quiet-day {2}20 tools {2}seed 0x1\n/,
    );
    expect(text).toMatch(
      /\nreplay {2}npm run scenario -- run quiet-day --seed 0x1 --set tools=20 --set minutes=20\n/,
    );
    expect(text).toMatch(/\nresults plain\/RUN\nexit 0: the run passed\n$/);
    expect(stdout).not.toContain('\u001b');
    expect(filesBelow(join(cwd, 'plain'))).toEqual([
      'RUN/junit.xml',
      'RUN/results.json',
      'RUN/run.json',
      'RUN/scenarios/quiet-day/0x1/result.json',
      'RUN/summary.md',
      'RUN/summary.txt',
    ]);
    expect(readJsonFile(cwd, 'plain', 'latest', 'run.json')).toMatchObject({
      outcome: 'complete',
      exitCode: 0,
    });
    const results = readJsonFile(cwd, 'plain', 'latest', 'results.json');
    expect(resultsSchema.safeParse(results).error).toBeUndefined();
  });

  test('--json puts the results on standard output and nothing else', async () => {
    const args = ['quiet-day', ...smallWorld, '-o', 'json', '--json', '--color', 'always'];
    const { stdout, stderr, code } = await runScenarioCli(args, { cwd });
    expect(code).toBe(0);
    expect(resultsSchema.parse(JSON.parse(stdout)).runs[0]?.verdict).toBe('passed');
    expect(stderr).toContain('exit 0: the run passed');
    expect(stderr).toContain('\u001b[32m');
  });

  test('a broken rule is exit 1, with its moment, a plan, a trace, and the same fingerprint again', async () => {
    const args = [
      'quiet-day',
      '--set',
      'tools=20,minutes=10',
      '--plant',
      'dropped-chunk',
      '-o',
      'failed',
      '-q',
    ];
    const { stdout, code } = await runScenarioCli(args, { cwd, environment: { FORCE_COLOR: '1' } });
    expect(code).toBe(1);
    expect(stdout).toContain('executing 1 run again, to see the same fingerprint');
    expect(stdout).toContain('\u001b[31m[result.fault-free]\u001b[39m safety at 00:');
    expect(stdout).toContain('exit 1: 1 of 1 run broke a rule');
    const trace = gunzipSync(
      readFileSync(join(cwd, 'failed', 'latest', 'scenarios', 'quiet-day', '0x1', 'trace.jsonl.gz')),
    );
    const events = trace
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { n: number; t: number; kind: string });
    expect(events.length).toBeGreaterThan(100);
    expect(events.some((event) => event.kind === 'completion.acknowledged')).toBe(true);
    expect(events.every((event, index) => event.t >= (events[index - 1]?.t ?? 0))).toBe(true);
  });

  test('--trace on keeps the trace of a run that passes, off keeps none', async () => {
    for (const [when, traces] of [
      ['on', 1],
      ['off', 0],
    ] as const) {
      const args = ['quiet-day', ...smallWorld, '-o', `trace-${when}`, '--trace', when, '-q'];
      expect((await runScenarioCli(args, { cwd })).code).toBe(0);
      const kept = filesBelow(join(cwd, `trace-${when}`)).filter((name) => name.endsWith('trace.jsonl.gz'));
      expect(kept).toHaveLength(traces);
    }
  });

  test('a fault that never bit is shown; under --strict the verdict is unknown', async () => {
    const faults = [{ id: 'late', kind: 'pod.kill', parameters: {}, startMs: 86_400_000 }];
    writeFileSync(join(cwd, 'late.json'), JSON.stringify({ version: 1, faults }));
    const args = ['quiet-day', ...smallWorld, '--plan', 'late.json', '-q'];
    const lenient = await runScenarioCli([...args, '-o', 'lenient'], { cwd });
    expect(lenient.code).toBe(0);
    expect(lenient.stdout).toMatch(/late pod\.kill .* vacuous: never injected/);
    const strict = await runScenarioCli([...args, '-o', 'strict', '--strict', '--summary', 'disabled'], {
      cwd,
      environment: { SCENARIO_VERIFY_DETERMINISM: '' },
    });
    expect(strict.code).toBe(2);
    expect(strict.stdout).toContain('! fault late pod.kill never bit');
    expect(strict.stdout).toMatch(
      /replay {2}npm run scenario -- replay strict\/.*\/scenarios\/quiet-day\/0x1\n/,
    );
  });

  test('--print-config says values and their origin, and runs nothing', async () => {
    const { stdout, code } = await runScenarioCli(
      ['storm', '--print-config', '--workers', '1', '--set', 'tools=20'],
      {
        cwd,
        environment: {
          SCENARIO_SEED: '0x2a',
          SCENARIO_STRICT: 'false',
          SCENARIO_TIMEOUT: '',
          SCENARIO_OUTPUT: 'never',
        },
      },
    );
    expect(code).toBe(0);
    for (const row of [
      /^seed +0x2a {2}\(environment\)$/m,
      /^workers +1 {2}\(flag\)$/m,
      /^timeout +none {2}\(default\)$/m,
      /^strict +false {2}\(default\)$/m,
      /^tools +20 {2}\(set, flag\)$/m,
      /^gateways +3 {2}\(scenario\)$/m,
      /^fault s1 +operator\.start-rollout .*\(scenario\)$/m,
    ]) {
      expect(stdout).toMatch(row);
    }
    expect(filesBelow(cwd).filter((name) => name.startsWith('never'))).toEqual([]);
  });

  test('in CI the seed comes from the commit, and is said', async () => {
    const args = ['quiet-day', '--print-config', '--json'];
    const { stdout } = await runScenarioCli(args, { cwd, environment: { CI: 'true' } });
    const rows = JSON.parse(stdout) as { name: string; value: string; origin: string }[];
    const seed = rows.find((row) => row.name === 'seed');
    expect(seed?.origin).toMatch(/^(commit [0-9a-f]{12}|default \(no commit\))$/);
    if (seed?.origin.startsWith('commit') === true) {
      expect(BigInt(seed.value).toString(16).padStart(16, '0').slice(0, 12)).toBe(seed.origin.slice(7));
    }
  });
});

describe.concurrent('list, faults, validate', () => {
  test('print the catalogue, as text and as JSON', async () => {
    const list = await runScenarioCli(['list', '--json'], { cwd });
    const known = JSON.parse(list.stdout) as { scenarios: unknown[]; rules: unknown[]; plants: unknown[] };
    expect(known.scenarios.length).toBeGreaterThanOrEqual(12);
    expect(known.plants.length).toBeGreaterThan(0);
    expect((await runScenarioCli(['faults', 'pod.kill'], { cwd })).stdout).toMatch(
      /how +the kind of death; one of/,
    );
    const faults = JSON.parse((await runScenarioCli(['faults', '--json'], { cwd })).stdout) as unknown[];
    expect(faults.length).toBeGreaterThan(15);
  });

  test('validate accepts a good plan, and all scenarios', async () => {
    writeFileSync(join(cwd, 'good.json'), '{"version":1,"faults":[]}');
    const { stdout, code } = await runScenarioCli(['validate', 'good.json'], { cwd });
    expect([code, stdout]).toEqual([0, 'ok  good.json\n']);
    expect((await runScenarioCli(['validate'], { cwd })).stdout).toContain('ok  release-day\n');
  });
});
