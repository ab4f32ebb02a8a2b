import { describe, expect, test } from 'vitest';
import { patternKept } from '../../../scenarios/invariants/pattern-kept.ts';
import { RuleBench } from './rule-bench.ts';

describe('pattern.kept', () => {
  test('holds for a job as it should be', () => {
    const bench = new RuleBench(patternKept)
      .say('pattern.observed')
      .say('pattern.observed', { seenVersion: 2 });
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('is broken where an older version is there', () => {
    const bench = new RuleBench(patternKept).say('pattern.observed', { seenVersion: 1, expectedVersion: 2 });
    expect(bench.messages).toEqual(['P1 under tie: job 1/1 was acknowledged, and a reader finds version 1']);
  });

  test('is broken where nothing is there', () => {
    const bench = new RuleBench(patternKept).say('pattern.observed', { seenVersion: 0 });
    expect(bench.messages).toEqual(['P1 under tie: job 1/1 was acknowledged, and a reader finds nothing']);
  });

  test('is broken by a mixture', () => {
    const bench = new RuleBench(patternKept).say('pattern.observed', { isWhole: false });
    expect(bench.messages).toEqual(['P1 under tie: job 1/1 is a mixture of two results']);
  });
});
