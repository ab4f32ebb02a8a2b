import { describe, expect, test } from 'vitest';
import { alarmOneEffect } from '../../../scenarios/invariants/alarm-one-effect.ts';
import { RuleBench } from './rule-bench.ts';

describe('alarm.one-effect', () => {
  test('holds for an alarm that is raised often and takes effect once', () => {
    const bench = new RuleBench(alarmOneEffect)
      .say('alarm.judged', { alarm: true })
      .say('alarm.raised')
      .say('alarm.judged', { alarm: true })
      .say('alarm.raised', { effective: false })
      .at(1000)
      .finish();
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('is broken by a second effect', () => {
    const bench = new RuleBench(alarmOneEffect).say('alarm.raised').say('alarm.raised');
    expect(bench.messages).toEqual(['T0001/1: the alarm took effect 2 times']);
  });

  test.each([
    [59, 0],
    [60, 1],
  ])('an alarm missing for %i s at the end: %i violations', (seconds, violationCount) => {
    const bench = new RuleBench(alarmOneEffect).say('alarm.judged', { alarm: true }).at(seconds).finish();
    expect(bench.outcome.violationCount).toBe(violationCount);
    if (violationCount > 0)
      expect(bench.messages).toEqual(['T0001/1 was judged abnormal but no alarm was raised']);
  });

  test('a judgement taken back needs no alarm', () => {
    const bench = new RuleBench(alarmOneEffect)
      .say('alarm.judged', { alarm: true, provisional: true })
      .say('alarm.judged', { alarm: false, rejudged: true })
      .at(1000)
      .finish();
    expect(bench.outcome.violationCount).toBe(0);
  });
});
