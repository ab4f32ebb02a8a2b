import { describe, expect, test } from 'vitest';
import { patternDone } from '../../../scenarios/invariants/pattern-done.ts';
import { RuleBench } from './rule-bench.ts';

describe('pattern.done', () => {
  test('holds for a job as it should be', () => {
    const bench = new RuleBench(patternDone)
      .say('pattern.observed')
      .say('pattern.observed', { acknowledged: false, mustBeDone: false });
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('is broken where it waits still', () => {
    const bench = new RuleBench(patternDone).say('pattern.observed', { acknowledged: false });
    expect(bench.messages).toEqual(['P1 under tie: job 1/1 is still not done, or cannot be read']);
  });

  test('is broken where it was taken for done', () => {
    const bench = new RuleBench(patternDone).say('pattern.observed', { effects: 0 });
    expect(bench.messages).toEqual(['P1 under tie: job 1/1 was acknowledged and never took effect']);
  });
});
