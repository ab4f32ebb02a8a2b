import { describe, expect, test } from 'vitest';
import { archiveComplete } from '../../../scenarios/invariants/archive-complete.ts';
import { RuleBench } from './rule-bench.ts';

describe('archive.complete', () => {
  test('holds for charts that lie in the archive when they expire', () => {
    const bench = new RuleBench(archiveComplete).say('archive.expired').say('archive.expired');
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('is broken by one that does not', () => {
    const bench = new RuleBench(archiveComplete).say('archive.expired', { archived: false });
    expect(bench.messages).toEqual(['u1/5/1 expired and lies in no archive']);
  });
});
