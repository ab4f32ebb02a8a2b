import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StageSizeError, stagesFor } from '../../../../system/routing/rollout/stages.ts';

describe('stagesFor', () => {
  test('1,500 tools get the stages of the reference', () => {
    expect(stagesFor(1500).map((stage) => [stage.tools, stage.durationMs / 60_000])).toEqual([
      [5, 10],
      [75, 15],
      [150, 15],
      [375, 15],
      [750, 15],
      [1500, 30],
    ]);
  });

  test('1,000 tools keep every rung apart (C14)', () => {
    expect(stagesFor(1000).map((stage) => stage.tools)).toEqual([5, 50, 100, 250, 500, 1000]);
  });

  test('any possible size: strictly rising, first 1 to 5 tools, last all of them with the soak', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 20_000 }), (tools) => {
        const stages = stagesFor(tools);
        for (const [index, stage] of stages.entries()) {
          const before = stages[index - 1];
          if (before !== undefined) expect(stage.tools).toBeGreaterThan(before.tools);
          if (before !== undefined) expect(stage.tools).toBeGreaterThanOrEqual(Math.min(20, tools));
        }
        expect(stages.length).toBeGreaterThanOrEqual(2);
        expect(stages[0]?.tools).toBeLessThanOrEqual(5);
        expect(stages.at(-1)).toEqual({ name: '100-percent', tools, durationMs: 1_800_000 });
      }),
    );
  });

  test('impossible sizes are a typed error', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ max: 9 }), fc.double({ min: 10.1, max: 99.9 }), fc.constant(Number.NaN)),
        (tools) => {
          fc.pre(!(Number.isSafeInteger(tools) && tools >= 10));
          expect(() => stagesFor(tools)).toThrow(StageSizeError);
        },
      ),
    );
  });
});
