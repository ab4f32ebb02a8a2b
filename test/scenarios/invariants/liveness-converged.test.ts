import { describe, expect, test } from 'vitest';
import { livenessConverged } from '../../../scenarios/invariants/liveness-converged.ts';
import { RuleBench } from './rule-bench.ts';

describe('liveness.converged', () => {
  test('holds where all is processed, whichever is seen first', () => {
    const bench = new RuleBench(livenessConverged)
      .say('context.completed')
      .say('uchart.stored')
      .say('uchart.stored', { contextId: 'T0001/2' })
      .say('context.completed', { contextId: 'T0001/2' })
      .at(2000)
      .finish();
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test.each([
    [300, 0],
    [301, 1],
  ])('a context open %i s after the healing began: %i violations', (seconds, violationCount) => {
    const bench = new RuleBench(livenessConverged)
      .at(7)
      .say('context.completed')
      .at(1000)
      .say('phase')
      .at(1000 + seconds)
      .finish();
    expect(bench.outcome.violationCount).toBe(violationCount);
    if (violationCount > 0) {
      expect(bench.messages).toEqual([
        'T0001/1, completed at 7 s, is still not processed 301 s after the last fault',
      ]);
    }
  });

  test('counts from the completion where that is later', () => {
    const bench = new RuleBench(livenessConverged)
      .say('phase')
      .at(30)
      .say('context.completed')
      .at(330)
      .finish();
    expect(bench.outcome.violationCount).toBe(0);
  });

  test('is broken by a tool that keeps a backlog', () => {
    const bench = new RuleBench(livenessConverged)
      .say('tool.backlog', { contexts: 3 })
      .say('tool.backlog', { tool: 'T0002', contexts: 4 })
      .at(10)
      .say('phase')
      .say('tool.backlog', { tool: 'T0002', contexts: 1 })
      .at(330)
      .finish();
    expect(bench.messages).toEqual(['T0001 still keeps 3 contexts 320 s after the last fault']);
  });

  test('is broken by a completion that still waits in its stream, processed or not', () => {
    const bench = new RuleBench(livenessConverged, { waitingCompletions: () => ['T0001/1'] })
      .say('context.completed')
      .say('uchart.stored')
      .say('phase')
      .at(320)
      .finish();
    expect(bench.messages).toEqual([
      'the completion of T0001/1 still waits in its stream 320 s after the last fault',
    ]);
  });
});
