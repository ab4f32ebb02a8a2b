import { describe, expect, test } from 'vitest';
import { collectionComplete } from '../../../scenarios/invariants/collection-complete.ts';
import { RuleBench } from './rule-bench.ts';

describe('collection.complete', () => {
  test('holds where something was published before the tool heard', () => {
    const bench = new RuleBench(collectionComplete)
      .say('completion.published')
      .say('completion.published', { colour: 'green' })
      .say('context.completed');
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test('is broken where nothing was', () => {
    const bench = new RuleBench(collectionComplete)
      .say('completion.published', { contextId: 'T0001/2' })
      .say('context.completed');
    expect(bench.messages).toEqual([
      'T0001/1: the tool was told that it is complete, and nothing was published',
    ]);
  });

  test('a publication of a context that is done does not count for a later one', () => {
    const bench = new RuleBench(collectionComplete)
      .say('completion.published')
      .say('context.completed')
      .say('completion.published')
      .say('context.completed', { contextId: 'T0001/2', contextSequence: 2 });
    expect(bench.outcome.violationCount).toBe(1);
  });
});
