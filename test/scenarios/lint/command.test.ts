import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lintCommand } from '../../../scenarios/cli/lint-command.ts';
import { lintRules } from '../../../scenarios/lint/rules/index.ts';
import { runScenarioCli, temporaryFolder, type Outcome } from '../cli/command-line.ts';

const folder = temporaryFolder();
const run = async (...args: readonly string[]): Promise<Outcome> =>
  await runScenarioCli(['lint', ...args], { cwd: folder.path });

beforeAll(() => {
  const budget = (value: number): string =>
    `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: nats\nspec:\n  maxUnavailable: ${value}\n`;
  writeFileSync(join(folder.path, 'bad budget.yaml'), budget(0));
  writeFileSync(join(folder.path, 'good.yaml'), budget(1));
  writeFileSync(join(folder.path, 'tab.yaml'), 'spec:\n\treplicas: 1\n');
});
afterAll(() => folder.remove());

test.concurrent('text: place, rule, why, effect, fix; exit 1', async () => {
  const { stdout, stderr, code } = await run('bad budget.yaml', 'good.yaml');
  expect(code).toBe(1);
  expect(stderr).toBe('exit 1: 1 finding\n');
  expect(stdout.split('\n')).toEqual([
    'bad budget.yaml:6:3  T14  Disruption budget that allows no eviction',
    '  why     maxUnavailable is 0',
    expect.stringMatching(/^ {2}effect {2}the drain of a node/),
    expect.stringMatching(/^ {2}fix {5}allow at least one/),
    '',
    '1 finding by 1 rule in 2 files',
    '',
  ]);
});

test.concurrent('clean: exit 0', async () => {
  expect(await run('good.yaml')).toEqual({ stdout: 'no findings in 1 file\n', stderr: '', code: 0 });
});

test.concurrent('json', async () => {
  const { stdout, code } = await run('bad budget.yaml', '--format', 'json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    schemaVersion: 1,
    files: ['bad budget.yaml'],
    findings: [{ rule: 'T14', file: 'bad budget.yaml', line: 6, column: 3 }],
  });
});

test.concurrent('sarif: rules, result, place', async () => {
  const { stdout } = await run('bad budget.yaml', '--format', 'sarif');
  const index = lintRules.findIndex((rule) => rule.id === 'T14');
  expect(JSON.parse(stdout)).toMatchObject({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { rules: lintRules.map(({ id }) => ({ id })) } },
        results: [
          {
            ruleId: 'T14',
            ruleIndex: index,
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: 'bad%20budget.yaml' },
                  region: { startLine: 6, startColumn: 3 },
                },
              },
            ],
          },
        ],
      },
    ],
  });
});

test.concurrent('a file that cannot be read: exit 104', async () => {
  const { stdout, stderr, code } = await run('tab.yaml', 'good.yaml');
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^error: tab\.yaml:2:1: Tabs/);
  expect(stderr).toContain('exit 104: bad input, nothing was run');
  expect(code).toBe(104);
});

test.each([
  [['none.yaml'], {}, /none\.yaml: no such file/],
  [['.'], {}, /^\.: a folder; expected files/],
  [['none.yaml'], { format: 'xml' }, /--format xml: expected text, json or sarif/],
  [['none.yaml'], { scrapeInterval: 'soon' }, /--scrape-interval soon: expected a duration/],
])('%s %s is bad input', (names, flags, message) => {
  expect(() => lintCommand(names, { format: 'text', ...flags })).toThrow(message);
});
