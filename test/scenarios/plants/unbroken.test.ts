import { expect, test } from 'vitest';
import { plants } from '../../../scenarios/plants/index.ts';
import { runScenario } from '../../../scenarios/runner.ts';

const runs = new Map(
  plants.map(({ scenario, overrides }) => [
    `${scenario} ${JSON.stringify(overrides)}`,
    { scenario, overrides },
  ]),
);

test.each([...runs])(
  '%s passes without the bug',
  { timeout: 120_000 },
  async (_, { scenario, overrides }) => {
    const { verdict, reasons } = await runScenario({ scenario, seed: 1n, overrides });
    expect(verdict === 'failed' ? reasons : []).toEqual([]);
  },
);
