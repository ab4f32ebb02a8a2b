import { describe, expect, test } from 'vitest';
import { watchFigures } from '../../../scenarios/observers/figures.ts';
import { HistoryBench } from './testbed.ts';

describe('figures', () => {
  test('are zero where nothing happened', () => {
    const figures = watchFigures(new HistoryBench().history)();
    expect(Object.values(figures).every((value) => value === 0)).toBe(true);
    expect(figures).toMatchObject({
      processingP50Ms: 0,
      processingMaxMs: 0,
      bytesPerPoint: 0,
      historyEvents: 0,
    });
  });

  test('count', () => {
    const bench = new HistoryBench();
    const figures = watchFigures(bench.history);
    bench
      .say('request.acknowledged')
      .say('request.acknowledged', { points: 10 })
      .say('completion.delivered')
      .say('completion.delivered', { deliveryCount: 2 })
      .say('alarm.raised')
      .say('alarm.raised', { effective: false })
      .say('alarm.judged', { provisional: true })
      .say('alarm.judged', { rejudged: true })
      .say('cache.lookup', { hit: false })
      .say('cache.lookup')
      .say('request.routed')
      .say('request.routed', { colour: 'green' })
      .say('request.routed', { colour: 'green' })
      .say('tool.backlog', { contexts: 9 })
      .say('tool.backlog', { contexts: 3 })
      .say('tchart.stored', { bytes: 120, points: 30 })
      .say('tchart.stored', { bytes: 60, points: 20 });
    expect(figures()).toMatchObject({
      requestsAcknowledged: 2,
      pointsAcknowledged: 40,
      redeliveries: 1,
      alarmsEffective: 1,
      alarmsRepeated: 1,
      judgementsProvisional: 1,
      judgementsRepeated: 1,
      cacheLookups: 2,
      cacheHits: 1,
      requestsToBlue: 1,
      requestsToGreen: 2,
      largestBacklogContexts: 9,
      bytesPerPoint: 3.6,
      historyEvents: 17,
    });
  });

  test('percentiles are exact to the millisecond, by nearest rank', () => {
    const bench = new HistoryBench();
    const figures = watchFigures(bench.history);
    for (let durationMs = 100; durationMs >= 1; durationMs--)
      bench.say('completion.acknowledged', { durationMs });
    expect(figures()).toMatchObject({
      contextsProcessed: 100,
      processingP50Ms: 50,
      processingP95Ms: 95,
      processingP99Ms: 99,
      processingMaxMs: 100,
    });
  });

  test('one context is all of its percentiles', () => {
    const bench = new HistoryBench();
    const figures = watchFigures(bench.history);
    bench.say('completion.acknowledged', { durationMs: 0.4 }).say('processing.stage', { durationMs: 7 });
    expect(figures()).toMatchObject({ processingP50Ms: 0, processingMaxMs: 0.4, 'stage.fetch.p95Ms': 7 });
  });

  test('durations beyond ten minutes are counted as ten minutes, but for the largest', () => {
    const bench = new HistoryBench();
    const figures = watchFigures(bench.history);
    bench.say('completion.acknowledged', { durationMs: 900_000 });
    expect(figures()).toMatchObject({ processingP50Ms: 600_000, processingMaxMs: 900_000 });
  });
});
