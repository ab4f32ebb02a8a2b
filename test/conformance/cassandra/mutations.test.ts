import { expect, test } from 'vitest';
import { isFound, tryMutations } from './mutation-table.ts';

test('every deliberate error of the model is found by what real nodes answered', async () => {
  const results = await tryMutations([]);
  expect(results.filter((result) => !isFound(result)).map(({ deviation }) => deviation)).toEqual([]);
  expect(results.length).toBeGreaterThanOrEqual(20);
}, 120_000);
