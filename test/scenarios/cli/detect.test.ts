import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { filesBelow, runScenarioCli, temporaryFolder } from './command-line.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const sample = fileURLToPath(new URL('../../../scenarios/traces/sample-wafers.csv', import.meta.url));

test('detect prints figures for each strategy, as a table and as JSON, and leaves nothing behind', async () => {
  const [table, json] = await Promise.all([
    runScenarioCli(['detect', sample], { cwd: folder.path }),
    runScenarioCli(['detect', sample, '--json'], { cwd: folder.path }),
  ]);
  expect([table.code, json.code]).toEqual([0, 0]);
  expect(table.stdout).toMatch(/^default +100\.0 % \(8\) +0\.0 % \(0\)/m);
  expect(table.stdout).toMatch(/^hotelling-robust /m);
  expect(JSON.parse(json.stdout)).toMatchObject({
    wafers: 120,
    strategies: [
      { strategy: 'default', qualified: { abnormal: 8, abnormalAlarmed: 8 } },
      {},
      {},
      {},
      {},
      {},
      {},
      {},
    ],
  });
  expect(filesBelow(folder.path)).toEqual([]);
});

test('detect refuses what is no trace file with exit 104', async () => {
  const { code, stderr } = await runScenarioCli(['detect', 'missing.csv'], { cwd: folder.path });
  expect(code).toBe(104);
  expect(stderr).toContain('missing.csv');
});
