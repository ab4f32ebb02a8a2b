import { describe, expect, test } from 'vitest';
import { watchDetection } from '../../../scenarios/observers/detection.ts';
import { HistoryBench } from './testbed.ts';

describe('detection', () => {
  test('counts alarms of abnormal and of normal contexts', () => {
    const bench = new HistoryBench();
    const detection = watchDetection(bench.history);
    const contexts = [
      [true, true],
      [true, false],
      [true, true],
      [false, true],
      [false, false],
    ] as const;
    for (const [index, [abnormal, alarm]] of contexts.entries()) {
      const contextId = `T0001/${index + 1}`;
      bench.say('context.completed', { contextId, abnormal }).say('alarm.judged', { contextId, alarm });
    }
    bench.say('context.completed', { contextId: 'T0001/9' });
    bench.say('alarm.judged', { contextId: 'T0001/10', alarm: true });
    expect(detection()).toEqual({
      abnormal: 3,
      abnormalAlarmed: 2,
      normal: 2,
      normalAlarmed: 1,
      compared: 0,
      different: 0,
    });
  });

  test('the last judgement counts, whatever comes first', () => {
    const bench = new HistoryBench();
    const detection = watchDetection(bench.history);
    bench
      .say('alarm.judged', { alarm: true, provisional: true })
      .say('context.completed', { abnormal: true })
      .say('alarm.judged', { alarm: false, rejudged: true });
    expect(detection()).toMatchObject({ abnormal: 1, abnormalAlarmed: 0 });
  });

  test.each([
    ['context.completed', 'uchart.stored'],
    ['uchart.stored', 'context.completed'],
  ] as const)('compares the first result with the expected one: %s, %s', (first, second) => {
    const bench = new HistoryBench();
    const detection = watchDetection(bench.history);
    bench.say(first).say(second).say('uchart.stored', { digest: 99 });
    bench.say(first, { contextId: 'T0001/2' });
    bench.say(second, {
      contextId: 'T0001/2',
      ...(second === 'uchart.stored' ? { digest: 1 } : { expectedDigest: 1 }),
    });
    expect(detection()).toMatchObject({ compared: 2, different: 1 });
  });

  test('recorded wafers are told one by one, in the order of their numbers', () => {
    const bench = new HistoryBench();
    const detection = watchDetection(bench.history);
    for (const [index, wafer] of ['w10', 'w2', 'w10'].entries()) {
      const contextId = `T0001/${index + 1}`;
      bench
        .say('context.completed', { contextId, wafer, abnormal: wafer === 'w10' })
        .say('alarm.judged', { contextId, alarm: index === 2 });
    }
    expect(detection().wafers).toEqual([
      { wafer: 'w2', abnormal: false, contexts: 1, alarms: 0 },
      { wafer: 'w10', abnormal: true, contexts: 2, alarms: 1 },
    ]);
  });
});
