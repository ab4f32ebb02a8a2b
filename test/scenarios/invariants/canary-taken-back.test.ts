import { describe, expect, test } from 'vitest';
import { canaryTakenBack } from '../../../scenarios/invariants/canary-taken-back.ts';
import { RuleBench } from './rule-bench.ts';

const entered = (): RuleBench =>
  new RuleBench(canaryTakenBack).at(100).say('rollout.stage', { state: 'entered' });

describe('canary.taken-back', () => {
  test('holds where the release is rolled back in its first stage, extended or not', () => {
    const bench = entered()
      .at(700)
      .say('rollout.stage', { state: 'extended' })
      .at(1900)
      .say('rollback.started');
    expect(bench.at(9000).finish().outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test('is broken by a stage that passes, and by half an hour', () => {
    expect(entered().at(700).say('rollout.stage', { name: 'initial', state: 'passed' }).messages).toEqual([
      'a canary that fails requests passed stage initial',
    ]);
    expect(entered().at(1961).finish().messages).toEqual([
      'a canary that fails requests is there after half an hour',
    ]);
  });
});
