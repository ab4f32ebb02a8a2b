import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test.each([
  [['scenarios/campaign/main.ts', '--nosuch'], "'--nosuch'"],
  [['scenarios/timelines/table.ts', '--nosuch'], "'--nosuch'"],
  [['scenarios/variants/table.ts', '--variant', 'x'], '--variant variant-x: expected one of'],
  [['scenarios/plants/table.ts', '--area', 'x'], '--area x: expected defender, other or variants'],
  [['bench/main.ts', '--hours', 'many'], '--hours many: expected a whole number'],
  [['test/conformance/main.ts', 'nats', '--server', '1.0'], '--server 1.0: expected one of 2.9.10'],
  [['test/conformance/main.ts', 'nats', '--profile', '3'], '--profile 3: expected 2.9.10 or 2.12'],
])('%j is refused before anything runs', ([file = '', ...parameters], problem) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...parameters], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr.split('\n')[0]).toContain(problem);
  expect(stdout).toBe('');
  expect(status).toBe(104);
});
