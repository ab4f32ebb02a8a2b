import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { dryRun } from '../../../scenarios/dry-run/dry-run.ts';
import {
  parseAct,
  parseLoss,
  parseMeasure,
  timeMs,
  type DryRunScript,
} from '../../../scenarios/dry-run/script.ts';
import { runScenarioCli, temporaryFolder, type Outcome } from '../cli/command-line.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const lintFolder = join(import.meta.dirname, '../lint');
const pipelines = join(lintFolder, 'corrected', 'three-pipelines.md');
const run = async (...args: readonly string[]): Promise<Outcome> =>
  await runScenarioCli(['dry-run', ...args], { cwd: folder.path });

test.concurrent('a healthy release is promoted: exit 0', async () => {
  const { stdout, code } = await run(pipelines, '--measure', 'success-rate=0.99');
  expect(code).toBe(0);
  expect(stdout).toContain('promoted: the new version is stable');
  expect(stdout).toContain('ended from outside, no evidence');
});

test.concurrent('a bad one is aborted: exit 1', async () => {
  const { stdout, code } = await run(pipelines, '--measure', 'success-rate=0.99,0.9@12m', '--format', 'json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, rollout: 'api-rollout', verdict: 'aborted' });
});

test.concurrent('a Rollout that the controller refuses: exit 1, with the reason', async () => {
  const { stdout, code } = await run(join(lintFolder, 'fixtures', 'L5', 'trigger.yaml'));
  expect(code).toBe(1);
  expect(stdout).toMatch(/L5 {2}Rollout tfdc-defender has no trafficRouting/);
  expect(stdout).toContain('refused (InvalidSpec, Degraded)');
});

test.concurrent('one that waits for ever: exit 2', async () => {
  const rollouts = join(lintFolder, 'fixtures', 'L9', 'near-miss.yaml');
  const { stdout, code } = await run(rollouts, '--rollout', 'tfdc-defender');
  expect(code).toBe(2);
  expect(stdout).toContain('paused after 00:00:20: CanaryPauseStep without an end');
});

test.concurrent('bad input: exit 104', async () => {
  const { stdout, stderr, code } = await run(pipelines);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/error: no value for success-rate: give --measure success-rate=VALUE/);
  expect(code).toBe(104);
});

const emptyScript: DryRunScript = {
  metrics: new Map(),
  acts: [],
  losses: [],
  podReadyMs: 20_000,
  horizonMs: 3_600_000,
};

function played(file: string, script: Partial<DryRunScript>): () => unknown {
  const files = [{ name: file, bytes: readFileSync(file) }];
  return () => dryRun(files, { ...emptyScript, ...script });
}

test.each([
  [
    'a metric that is not there',
    played(pipelines, { metrics: new Map([parseMeasure('succes-rate=1')]) }),
    /unknown metric; did you mean success-rate\?/,
  ],
  ['a measure without a value', () => parseMeasure('x'), /--measure x: expected METRIC=VALUE/],
  ['an unknown act', () => parseAct('5m=stop'), /--at 5m=stop: expected TIME=abort/],
  ['a loss that ends before it starts', () => parseLoss('stable=1@7m..5m'), /the end must be later/],
  ['a loss of nothing known', () => parseLoss('gateway=1@7m..9m'), /--lose gateway=1@7m\.\.9m: expected/],
  ['a time that is none', () => timeMs('--pod-ready', 'soon'), /--pod-ready soon: expected a time/],
  [
    'several Rollouts',
    played(join(lintFolder, 'fixtures', 'L9', 'near-miss.yaml'), {}),
    /several Rollouts: choose one by --rollout/,
  ],
  [
    'no Rollout',
    played(join(lintFolder, 'fixtures', 'L14', 'near-miss.yaml'), {}),
    /no Rollout in these files, and no Experiment/,
  ],
])('%s', (_, act, message) => {
  expect(act).toThrow(message);
});
