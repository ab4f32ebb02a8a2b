import { describe, expect, test } from 'vitest';
import {
  advanceRun,
  nextRunMs,
  startRun,
  terminateRun,
  type AnalysisMetricSpec,
  type AnalysisRun,
} from '../../../../scenarios/dry-run/argo/analysis-run.ts';
import { measure, type Answer } from '../../../../scenarios/dry-run/argo/measurement.ts';
import { parseCondition } from '../../../../scenarios/lint/condition/condition-parser.ts';
import type { MetricResult } from '../../../../scenarios/lint/condition/evaluate.ts';

const result = (value: MetricResult): Answer => ({ kind: 'result', result: value });
const unavailable: Answer = { kind: 'error', message: 'HTTP 503' };

function metric(overrides: Partial<AnalysisMetricSpec> = {}): AnalysisMetricSpec {
  return {
    name: 'error-rate',
    template: 'gate',
    dryRun: false,
    count: 5,
    intervalMs: 60_000,
    initialDelayMs: 0,
    failureLimit: 0,
    inconclusiveLimit: 0,
    consecutiveErrorLimit: 4,
    consecutiveSuccessLimit: 0,
    success: parseCondition('result[0] < 0.01'),
    failure: parseCondition('result[0] > 0.05'),
    ...overrides,
  };
}

/** Plays a run with one answer for each measurement; the last one stays. */
function play(
  specs: readonly AnalysisMetricSpec[],
  answers: readonly Answer[],
): { run: AnalysisRun; endedMs: number } {
  let run = startRun(specs, 0);
  let endedMs = 0;
  let measured = 0;
  for (let next = nextRunMs(run); next !== undefined && next < 86_400_000; next = nextRunMs(run)) {
    endedMs = next;
    run = advanceRun(
      run,
      next,
      () => answers[Math.min(measured++, answers.length - 1)] ?? unavailable,
      () => undefined,
    );
  }
  return { run, endedMs };
}

describe('one measurement (delivery 27, 35, 36, 38)', () => {
  const { success, failure } = metric();
  const matrix: readonly (readonly [string, Answer, string])[] = [
    ['below 1 %', result([0.005]), 'Successful'],
    ['in the band', result([0.03]), 'Inconclusive'],
    ['above 5 %', result([0.06]), 'Failed'],
    ['NaN', result([Number.NaN]), 'Inconclusive'],
    ['empty', result([]), 'Error'],
    ['HTTP 503', unavailable, 'Error'],
  ];
  test.each(matrix)('%s', (_, answer, phase) => {
    expect(measure({ success, failure }, answer).phase).toBe(phase);
  });

  test('no [0] is an Error for every value', () => {
    const bare = { success: parseCondition('result < 0.01'), failure: undefined };
    expect(measure(bare, result([0.005])).phase).toBe('Error');
    expect(measure(bare, result(0.005)).phase).toBe('Successful');
  });

  test('one condition alone decides both ways; none is Successful; NaN fails a success condition', () => {
    expect(measure({ success, failure: undefined }, result([Number.NaN])).phase).toBe('Failed');
    expect(measure({ success: undefined, failure }, result([0.02])).phase).toBe('Successful');
    expect(measure({ success: undefined, failure: undefined }, result([9])).phase).toBe('Successful');
    const guarded = { success: parseCondition('len(result) == 0 || result[0] < 0.01'), failure: undefined };
    expect(measure(guarded, result([])).phase).toBe('Successful');
  });

  test('a p95 of exactly 500 ms is in the band (1L, C18)', () => {
    const latency = {
      success: parseCondition('result[0] < 500'),
      failure: parseCondition('result[0] > 1000'),
    };
    expect(measure(latency, result([500])).phase).toBe('Inconclusive');
  });
});

describe('a run (delivery 28–34)', () => {
  test('the fifth error in a row ends it, 40 s after the first, whatever the interval', () => {
    const { run, endedMs } = play([metric()], [unavailable]);
    expect([run.phase, endedMs]).toEqual(['Error', 40_000]);
  });

  test('four errors and a success go on: errors do not count', () => {
    const { run, endedMs } = play(
      [metric()],
      [unavailable, unavailable, unavailable, unavailable, result([0])],
    );
    expect([run.phase, run.metrics[0]?.counters.count, endedMs]).toEqual([
      'Successful',
      5,
      40_000 + 4 * 60_000,
    ]);
  });

  test('failureLimit 3 at 1 m fails at the fourth failed measurement, 3 min after the first (1L)', () => {
    const { run, endedMs } = play([metric({ failureLimit: 3, count: undefined })], [result([0.5])]);
    expect([run.phase, endedMs]).toEqual(['Failed', 180_000]);
  });

  test('only the limit of failures can be switched off, and only where successes are counted', () => {
    const counted = metric({ failureLimit: -1, consecutiveSuccessLimit: 2 });
    expect(play([counted], [result([0.5]), result([0]), result([0])]).run.phase).toBe('Successful');
    const refused = play([metric({ failureLimit: -1 })], [result([0])]).run;
    expect([refused.phase, refused.message]).toEqual([
      'Error',
      'Analysis spec invalid: metrics[0]: failureLimit and consecutiveSuccessLimit cannot both be disabled',
    ]);
    expect(play([metric({ inconclusiveLimit: -1 })], [result([0])]).run.phase).toBe('Error');
    expect(play([metric({ count: 1, consecutiveSuccessLimit: 2 })], [result([0])]).run.phase).toBe('Error');
  });

  test('an error ends a row of successes', () => {
    const row = metric({ consecutiveSuccessLimit: 2, count: 3 });
    const answers = [result([0]), unavailable, result([0]), result([0])];
    expect(play([row], answers).endedMs).toBe(130_000);
  });

  test('a metric without count and interval is measured once, with an interval for ever', () => {
    expect(play([metric({ count: undefined, intervalMs: undefined })], [result([0])]).endedMs).toBe(0);
    expect(play([metric({ count: undefined })], [result([0])]).run.phase).toBe('Running');
  });

  test('a row of successes is enough; where it does not come the count ends inconclusive or failed', () => {
    const bad = result([0.03]);
    const row = metric({ consecutiveSuccessLimit: 2, inconclusiveLimit: 4, count: 4 });
    expect(play([row], [result([0]), result([0])]).endedMs).toBe(60_000);
    expect(play([row], [result([0]), bad, result([0]), bad]).run.phase).toBe('Inconclusive');
    expect(play([{ ...row, failureLimit: -1 }], [result([0]), bad, result([0]), bad]).run.phase).toBe(
      'Failed',
    );
  });

  test('the first bad metric ends the run, and unfinished ones are assessed Successful', () => {
    const specs = [metric(), metric({ name: 'latency', initialDelayMs: 600_000 })];
    const { run, endedMs } = play(specs, [result([0.5])]);
    expect([run.phase, run.metrics[1]?.phase, endedMs]).toEqual(['Failed', 'Successful', 0]);
  });

  test('a dry-run metric never decides', () => {
    expect(
      play(
        [metric({ dryRun: true }), metric({ name: 'b', success: undefined, failure: undefined })],
        [result([0.5])],
      ).run.phase,
    ).not.toBe('Failed');
  });

  test('a terminated run is Successful without a single measurement, and says that it is no evidence', () => {
    const run = terminateRun(startRun([metric({ initialDelayMs: 60_000 })], 0));
    expect([run.phase, run.terminated, run.metrics[0]?.counters.count]).toEqual(['Successful', true, 0]);
  });
});
