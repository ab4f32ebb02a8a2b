import { describe, expect, test } from 'vitest';
import { stageOnce } from '../../../scenarios/invariants/stage-once.ts';
import { RuleBench } from './rule-bench.ts';

function widened(...sizes: readonly number[]): RuleBench {
  const bench = new RuleBench(stageOnce).say('routing.changed', {
    epoch: 1,
    action: 'reset',
    canaryTools: [],
  });
  sizes.forEach((size, index) => {
    const canaryTools = Array.from({ length: size }, (_, tool) => `tool-${tool}`);
    bench.say('routing.changed', { epoch: index + 2, action: 'expand_canary', canaryTools });
  });
  return bench;
}

describe('stage.once', () => {
  test('holds where each stage widens the list', () => {
    expect(widened(1, 20, 60).say('rollout.stage', { tools: 60 }).outcome).toMatchObject({
      violationCount: 0,
    });
  });

  test('is broken by a second widening to the same size, and by more tools than the stage has', () => {
    expect(widened(1, 20, 20).messages).toEqual(['epoch 4 widened the list from 20 tools to 20']);
    expect(widened(1, 40).say('rollout.stage', { name: '5-percent', tools: 20 }).messages).toEqual([
      'stage 5-percent of 20 tools began with 40 in the list',
    ]);
  });

  test('a rollback begins anew', () => {
    const bench = widened(20).say('routing.changed', { epoch: 3, action: 'rollback', canaryTools: [] });
    bench.say('routing.changed', { epoch: 4, action: 'expand_canary', canaryTools: ['tool-1'] });
    expect(bench.outcome.violationCount).toBe(0);
  });
});
