import { expect, test } from 'vitest';
import { markdownReport } from '../../reports/markdown.ts';
import { terminalReport } from '../../reports/terminal.ts';
import { prepare, runScenario } from '../../scenarios/runner.ts';

const world = { scenario: 'quiet-day', seed: 1n, overrides: { tools: '10', minutes: '10', defenders: '4' } };

test('settings that break the protocol are refused, unless they are allowed on purpose', () => {
  const request = { ...world, defender: { poolSize: 4 } };
  expect(() => prepare(request)).toThrow(/poolSize=4 with 4 replicas: expected at least 5 ids/);
  expect(prepare({ ...request, allowInvalid: true }).invalid).toHaveLength(1);
  expect(prepare({ ...world, defender: { poolSize: 5 } }).invalid).toEqual([]);
});

test('a run with invalid settings says so, and how to run it again', async () => {
  const result = await runScenario({ ...world, defender: { crashMs: 20_000 }, allowInvalid: true });
  expect(result.defender).toEqual({ crashMs: 20_000 });
  expect(result.replay).toContain('--defender crashMs=20000 --allow-invalid');
  const told = 'nvalid settings, run on purpose: plannedScalingMs=10000 with crashMs=20000';
  expect(terminalReport(result, { colour: false, summary: 'compact' })).toContain(told);
  expect(markdownReport([result])).toContain(told);
});

test('settings of the Defenders change what they do', async () => {
  const usual = await runScenario(world);
  const slower = await runScenario({ ...world, defender: { heartbeatMs: 4_000 } });
  expect(usual.invalid).toBeUndefined();
  expect(slower.fingerprint).not.toBe(usual.fingerprint);
});
