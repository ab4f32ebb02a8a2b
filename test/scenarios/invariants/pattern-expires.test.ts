import { describe, expect, test } from 'vitest';
import { patternExpires } from '../../../scenarios/invariants/pattern-expires.ts';
import { RuleBench } from './rule-bench.ts';

describe('pattern.expires', () => {
  test('holds for a job as it should be', () => {
    const bench = new RuleBench(patternExpires)
      .say('pattern.observed')
      .say('pattern.observed', { expired: true, seenVersion: 0 });
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('is broken where it is there after its time', () => {
    const bench = new RuleBench(patternExpires).say('pattern.observed', { expired: true });
    expect(bench.messages).toEqual(['P1 under tie: job 1/1 is there after its time']);
  });
});
