import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { generateTraces, sampleOptions, tracesToCsv } from '../../../scenarios/traces/generate.ts';
import { parseTraces } from '../../../scenarios/traces/trace-file.ts';
import { judgedWafers } from '../../../scenarios/traces/trace-set.ts';

const sample = new URL('../../../scenarios/traces/sample-wafers.csv', import.meta.url);

describe('the sample file', () => {
  it('is what its generator makes, byte for byte', async () => {
    await expect(tracesToCsv(generateTraces(sampleOptions))).toMatchFileSnapshot(fileURLToPath(sample));
  });

  it('is small, right, and has something to find in the half that is judged', () => {
    const text = readFileSync(sample, 'utf8');
    expect(text.length).toBeLessThan(120 * 1024);
    const result = parseTraces(text);
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    expect(result.traces.wafers).toHaveLength(120);
    expect(
      judgedWafers(result.traces).filter(({ label }) => label === 'abnormal').length,
    ).toBeGreaterThanOrEqual(5);
  });
});

describe('generateTraces', () => {
  it('gives every wafer mean 0 and deviation 1, so that shape alone tells them apart', () => {
    for (const { samples } of generateTraces(sampleOptions).wafers) {
      const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
      const squares = samples.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      expect(mean).toBeCloseTo(0, 4);
      expect(Math.sqrt(squares / (samples.length - 1))).toBeCloseTo(1, 4);
    }
  });

  it('makes other wafers from another seed, and the same ones with more after them', () => {
    const first = generateTraces(sampleOptions);
    expect(generateTraces({ ...sampleOptions, seed: 2n }).wafers[0]).not.toEqual(first.wafers[0]);
    expect(generateTraces({ ...sampleOptions, waferCount: 200 }).wafers.slice(0, 120)).toEqual(first.wafers);
  });
});
