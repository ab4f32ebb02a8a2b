import { describe, expect, test } from 'vitest';
import { deadLetterLastResort } from '../../../scenarios/invariants/dead-letter-last-resort.ts';
import { RuleBench } from './rule-bench.ts';

describe('dead-letter.last-resort', () => {
  test.each([
    [5, 1, 0],
    [4, 1, 1],
    [1, 20, 0],
    [1, 19, 1],
  ])('after %i failures and %i deliveries: %i violations', (attempt, deliveryCount, violationCount) => {
    const bench = new RuleBench(deadLetterLastResort)
      .say('completion.delivered', { deliveryCount })
      .say('processing.failed', { attempt })
      .say('completion.dead-lettered');
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount });
    if (violationCount > 0) {
      expect(bench.messages).toEqual([
        `defender-blue-a gave T0001/1 up after ${attempt} failures and ${deliveryCount} deliveries: spoilt`,
      ]);
    }
  });

  test('what was settled in between does not count', () => {
    const bench = new RuleBench(deadLetterLastResort)
      .say('processing.failed', { attempt: 5 })
      .say('completion.acknowledged')
      .say('completion.dead-lettered');
    expect(bench.outcome.violationCount).toBe(1);
  });

  test('an unreadable payload has no context', () => {
    const bench = new RuleBench(deadLetterLastResort).say('completion.dead-lettered', {
      contextId: 'T0001/0',
    });
    expect(bench.outcome.violationCount).toBe(0);
  });
});
