import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runScenarioCli, temporaryFolder, type Outcome } from '../cli/command-line.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const lintFolder = join(import.meta.dirname, '../lint');
const pipelines = join(lintFolder, 'corrected', 'three-pipelines.md');
const run = async (...args: readonly string[]): Promise<Outcome> =>
  await runScenarioCli(['dry-run', ...args], { cwd: folder.path });

test('a healthy release is promoted: exit 0', async () => {
  const { stdout, code } = await run(pipelines, '--measure', 'success-rate=0.99');
  expect(code).toBe(0);
  expect(stdout).toContain('promoted: the new version is stable');
  expect(stdout).toContain('ended from outside, no evidence');
});

test('a bad one is aborted: exit 1', async () => {
  const { stdout, code } = await run(pipelines, '--measure', 'success-rate=0.99,0.9@12m', '--format', 'json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, rollout: 'api-rollout', verdict: 'aborted' });
});

test('a Rollout that the controller refuses: exit 1, with the reason', async () => {
  const { stdout, code } = await run(join(lintFolder, 'fixtures', 'L5', 'trigger.yaml'));
  expect(code).toBe(1);
  expect(stdout).toMatch(/L5 {2}Rollout tfdc-defender has no trafficRouting/);
  expect(stdout).toContain('refused (InvalidSpec, Degraded)');
});

test('one that waits for ever: exit 2', async () => {
  const rollouts = join(lintFolder, 'fixtures', 'L9', 'near-miss.yaml');
  const { stdout, code } = await run(rollouts, '--rollout', 'tfdc-defender');
  expect(code).toBe(2);
  expect(stdout).toContain('paused after 00:00:20: CanaryPauseStep without an end');
});

test.each([
  [[pipelines], /error: no value for success-rate: give --measure success-rate=VALUE/],
  [[pipelines, '--measure', 'succes-rate=1'], /unknown metric; did you mean success-rate\?/],
  [[pipelines, '--measure', 'x'], /--measure x: expected METRIC=VALUE/],
  [[pipelines, '--at', '5m=stop'], /--at 5m=stop: expected TIME=abort/],
  [[pipelines, '--lose', 'stable=1@7m..5m'], /the end must be later/],
  [[pipelines, '--pod-ready', 'soon'], /--pod-ready soon: expected a time/],
  [[join(lintFolder, 'fixtures', 'L9', 'near-miss.yaml')], /several Rollouts: choose one by --rollout/],
  [[join(lintFolder, 'fixtures', 'L14', 'near-miss.yaml')], /no Rollout in these files/],
])('%s: exit 104', async (args, message) => {
  const { stdout, stderr, code } = await run(...args);
  expect(stdout).toBe('');
  expect(stderr).toMatch(message);
  expect(code).toBe(104);
});
