import { describe, expect, test } from 'vitest';
import { backgroundHeeded } from '../../../scenarios/invariants/background-heeded.ts';
import { RuleBench } from './rule-bench.ts';

const measured = (failed: number, inconclusive = 0): RuleBench =>
  new RuleBench(backgroundHeeded).at(100).say('analysis.measured', { failed, inconclusive });

describe('background.heeded', () => {
  test('holds where a failed analysis takes the release back and one in the warning band pauses it', () => {
    expect(measured(2).say('rollback.started').at(101).say('request.routed').messages).toEqual([]);
    const paused = measured(0, 3).say('rollout.stage', { state: 'paused' }).at(160);
    paused.say('analysis.measured', { inconclusive: 4 }).at(161).say('request.routed');
    expect(paused.outcome).toMatchObject({ checked: 2, violationCount: 0 });
    expect(measured(1, 2).at(101).finish().messages).toEqual([]);
  });

  test('is broken where nothing follows, or a pause where it should be taken back', () => {
    expect(measured(2).at(101).say('request.routed').messages).toEqual([
      '2 failed measurements changed nothing',
    ]);
    expect(measured(0, 3).at(101).finish().messages).toEqual([
      '3 measurements in the warning band changed nothing',
    ]);
    expect(
      measured(2).say('rollout.stage', { state: 'paused' }).at(101).finish().outcome.violationCount,
    ).toBe(1);
  });

  test('is broken by a stage that goes on in the same look (F35)', () => {
    expect(measured(2).say('rollout.stage', { name: 'initial', state: 'passed' }).messages).toEqual([
      'stage initial was passed although 2 failed measurements changed nothing',
    ]);
  });
});
