import { describe, expect, test } from 'vitest';
import { alarmFaultFree } from '../../../scenarios/invariants/alarm-fault-free.ts';
import { RuleBench } from './rule-bench.ts';

const abnormal = { faultFreeJudgement: () => ({ alarm: true }) };

describe('alarm.fault-free', () => {
  test('holds where the last judgement is that of a fault-free run', () => {
    const bench = new RuleBench(alarmFaultFree, abnormal)
      .say('alarm.judged', { alarm: false, provisional: true })
      .say('alarm.judged', { alarm: true, rejudged: true })
      .finish();
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('is broken where it is not', () => {
    const bench = new RuleBench(alarmFaultFree, abnormal)
      .say('alarm.judged', { alarm: true })
      .say('alarm.judged', { alarm: false, provisional: true, score: 0.5 })
      .finish();
    expect(bench.messages).toEqual([
      'T0001/1: judged normal (score 0.50, provisional), a fault-free run says abnormal',
    ]);
  });

  test('a fault-free judgement that comes after is waited for', () => {
    let known = false;
    const facts = { faultFreeJudgement: () => (known ? { alarm: true } : undefined) };
    const right = new RuleBench(alarmFaultFree, facts).say('alarm.judged', { alarm: true });
    const wrong = new RuleBench(alarmFaultFree, facts).say('alarm.judged', { alarm: false });
    known = true;
    expect(right.say('context.completed').finish().outcome.violationCount).toBe(0);
    expect(wrong.say('context.completed').finish().outcome.violationCount).toBe(1);
  });

  test('what a fault-free run cannot know is not judged', () => {
    expect(
      new RuleBench(alarmFaultFree).say('alarm.judged', { alarm: true }).finish().outcome.violationCount,
    ).toBe(0);
  });
});
