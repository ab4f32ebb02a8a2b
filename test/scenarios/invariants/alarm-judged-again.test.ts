import { describe, expect, test } from 'vitest';
import { alarmJudgedAgain } from '../../../scenarios/invariants/alarm-judged-again.ts';
import { RuleBench } from './rule-bench.ts';

const known = { faultFreeJudgement: () => ({ alarm: false }) };

describe('alarm.judged-again', () => {
  test('holds where a provisional judgement was made again', () => {
    const bench = new RuleBench(alarmJudgedAgain, known)
      .say('uchart.stored')
      .say('alarm.judged', { provisional: true })
      .at(60)
      .say('alarm.judged', { rejudged: true })
      .at(1000)
      .finish();
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test.each([
    [149, 0],
    [150, 1],
  ])('still provisional %i s after the last result of the tool: %i violations', (seconds, violationCount) => {
    const bench = new RuleBench(alarmJudgedAgain, known)
      .at(3)
      .say('alarm.judged', { provisional: true })
      .at(100)
      .say('uchart.stored')
      .at(100 + seconds)
      .finish();
    expect(bench.outcome.violationCount).toBe(violationCount);
    if (violationCount > 0) {
      expect(bench.messages).toEqual([
        'T0001/1 was judged at 3.0 s with an earlier context missing, and never again',
      ]);
    }
  });

  test('what was never completed cannot be waited for', () => {
    const bench = new RuleBench(alarmJudgedAgain)
      .say('alarm.judged', { provisional: true })
      .at(1000)
      .finish();
    expect(bench.outcome).toMatchObject({ checked: 0, violationCount: 0 });
  });
});
