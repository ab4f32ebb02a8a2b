import { afterAll, expect, test } from 'vitest';
import { runScenarioCli, temporaryFolder } from './command-line.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

test('doctor says what real servers need, how to get it, and that a seed gives one fingerprint', async () => {
  const { stdout, code } = await runScenarioCli(['doctor'], {
    cwd: folder.path,
    environment: { TFDC_CACHE: folder.path },
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(/· nats-server 2\.12\.15 .* → npm run conformance -- nats --install 2\.12\.15/);
  expect(stdout).toMatch(/· nats-server 2\.9\.10 .* → npm run conformance -- nats --install 2\.9\.10/);
  expect(stdout).toMatch(/· cassandra 5\.0\.8 .* → npm run conformance -- cassandra/);
  expect(stdout).toMatch(/[✓·] go /);
  expect(stdout).toMatch(/[✓·] java /);
  expect(stdout).toMatch(/[✓·] maven /);
  expect(stdout).toMatch(/✓ ports on loopback/);
  expect(stdout).toMatch(/✓ determinism .* three times/);
});
