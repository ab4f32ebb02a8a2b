import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { published, resultsJson } from '../../reports/results-json.ts';
import {
  explainMismatch,
  resultsJsonSchema,
  resultsSchema,
  runSchema,
} from '../../reports/results-schema.ts';
import { runScenario } from '../../scenarios/runner.ts';
import { failedResult, result } from './fixture.ts';

describe('results.json', () => {
  test('of a real run keeps to the schema', async () => {
    const run = await runScenario({
      scenario: 'storm',
      seed: 3n,
      overrides: { tools: '12', minutes: '10' },
      plant: 'dropped-chunk',
    });
    const json: unknown = JSON.parse(resultsJson([run, failedResult(), result()]));
    expect(resultsSchema.safeParse(json).error).toBeUndefined();
  });

  test('leaves out what the schema does not name', () => {
    expect(published({ ...result(), checkpoints: [] } as never)).toEqual(result());
  });

  test('the checked-in JSON Schema is that of the code', () => {
    const file = new URL('../../reports/schema/results.schema.json', import.meta.url);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(resultsJsonSchema()));
  });

  test('a mismatch is explained by its place', () => {
    const { plan: _, ...rest } = result();
    const checked = runSchema.safeParse({ ...rest, seed: 'one' });
    expect(checked.success ? '' : explainMismatch(checked.error)).toMatch(/^seed: .* \(and 1 more\)$/);
  });
});
