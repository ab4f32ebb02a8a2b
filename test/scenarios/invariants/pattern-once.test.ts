import { describe, expect, test } from 'vitest';
import { patternOnce } from '../../../scenarios/invariants/pattern-once.ts';
import { RuleBench } from './rule-bench.ts';

describe('pattern.once', () => {
  test('holds for a job as it should be', () => {
    const bench = new RuleBench(patternOnce).say('pattern.observed').say('pattern.observed', { effects: 0 });
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('is broken by a second effect', () => {
    const bench = new RuleBench(patternOnce).say('pattern.observed', { effects: 2 });
    expect(bench.messages).toEqual(['P1 under tie: job 1/1 took effect 2 times']);
  });
});
