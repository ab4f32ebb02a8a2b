import { describe, expect, test } from 'vitest';
import { PortError } from '../../../system/ports/errors.ts';
import { gaugeOf, increaseOf, Testbed } from './testbed.ts';

const minute = 60_000;

describe('scraping', () => {
  test('every 15 s, at an offset of the instance, one event a target', async () => {
    const bed = new Testbed();
    for (let index = 0; index < 20; index++) {
      const { telemetry } = bed.expose(`pod-${index}`);
      for (let series = 0; series < 40; series++) telemetry.counter(`metric_${series}`, {}).add(1);
    }
    await bed.runTo(10 * minute);
    expect(bed.prometheus.scrapes).toBe(20 * 40);
    expect(bed.kernel.events).toBe(20 * 40);
    expect(bed.ask(gaugeOf('metric_7'))).toBe(20);
  });

  test('what was counted before the first scrape is invisible to increase (F32)', async () => {
    const bed = new Testbed();
    const counter = bed.expose('canary').telemetry.counter('errors_total', {});
    counter.add(100);
    await bed.runToScrape();
    expect(bed.ask(increaseOf('errors_total', minute))).toBeUndefined();
    await bed.runToScrape();
    await bed.runToScrape();
    expect(bed.ask(increaseOf('errors_total', minute))).toBe(0);
    counter.add(4);
    await bed.runToScrape();
    // 4 in 45 s of samples; half a distance on the left, the last sample is now.
    expect(bed.ask(increaseOf('errors_total', 2 * minute))).toBeCloseTo((4 * 52.5) / 45, 9);
  });

  test('a window is open at its start: one minute holds four samples, not five', async () => {
    const bed = new Testbed();
    const counter = bed.expose('pod').telemetry.counter('requests_total', {});
    counter.add(1_000);
    for (let round = 0; round < 10; round++) {
      await bed.runToScrape();
      counter.add(15);
    }
    // The sample exactly one minute ago is not in: 45 in 45 s, stretched by the 15 s to the start.
    expect(bed.ask(increaseOf('requests_total', minute))).toBeCloseTo(60, 9);
    expect(bed.ask(increaseOf('requests_total', 15_000))).toBeUndefined();
  });

  test('a new series appears with its first scrape', async () => {
    const bed = new Testbed();
    const { telemetry } = bed.expose('pod');
    telemetry.counter('a_total', {}).add(1);
    await bed.runToScrape();
    for (let index = 0; index < 200; index++) telemetry.gauge('g', { index: String(index) }).set(index);
    expect(bed.ask(gaugeOf('g'))).toBeUndefined();
    await bed.runToScrape();
    expect(bed.ask(gaugeOf('g'))).toBe(19_900);
    expect(bed.ask(gaugeOf('g', { index: '150' }))).toBe(150);
    expect(bed.ask(gaugeOf('a_total'))).toBe(1);
    await bed.runToScrape();
    expect(bed.ask(increaseOf('a_total', minute))).toBe(0);
  });

  test('labels: those of the target win, no label equals the empty text', async () => {
    const bed = new Testbed();
    const blue = bed.expose('blue-1', { colour: 'blue', app: 'collector' }).telemetry;
    const green = bed.expose('green-1', { colour: 'green', app: 'collector' }).telemetry;
    blue.gauge('up_tools', { colour: 'red' }).set(3);
    green.gauge('up_tools', {}).set(4);
    await bed.runTo(minute);
    expect(bed.ask(gaugeOf('up_tools', { app: 'collector' }))).toBe(7);
    expect(bed.ask(gaugeOf('up_tools', { colour: 'blue' }))).toBe(3);
    expect(bed.ask(gaugeOf('up_tools', { exported_colour: 'red' }))).toBe(3);
    expect(bed.ask(gaugeOf('up_tools', { exported_colour: '' }))).toBe(4);
    expect(bed.ask(gaugeOf('up_tools', { colour: 'red' }))).toBeUndefined();
    expect(bed.ask(gaugeOf('up_tools', { instance: 'green-1' }))).toBe(4);
  });
});

describe('processes that come and go', () => {
  test('a container that starts again in its pod resets its counters', async () => {
    const bed = new Testbed();
    const first = bed.expose('pod');
    first.telemetry.counter('requests_total', {}).add(100);
    await bed.runToScrape();
    first.telemetry.counter('requests_total', {}).add(30);
    await bed.runToScrape(1_000);
    first.process.kill();
    const second = bed.expose('pod', {}, first);
    second.telemetry.counter('requests_total', {}).add(10);
    await bed.runToScrape();
    second.telemetry.counter('requests_total', {}).add(15);
    await bed.runToScrape();
    // 100, 130, 10, 25 over 45 s in a window of 46 s: 55, and the second to the start.
    expect(bed.ask(increaseOf('requests_total', 46_000))).toBeCloseTo((55 * 46) / 45, 6);
    expect(bed.ask(gaugeOf('requests_total'))).toBe(25);
    expect(bed.prometheus.failedScrapes).toBe(0);
  });

  test('a new pod is a new instance: its first sample counts for nothing', async () => {
    const bed = new Testbed();
    const first = bed.expose('pod-a');
    first.telemetry.counter('requests_total', {}).add(100);
    await bed.runTo(2 * minute);
    first.process.kill();
    const second = bed.expose('pod-b');
    second.telemetry.counter('requests_total', {}).add(50);
    await bed.runTo(4 * minute);
    expect(bed.ask(increaseOf('requests_total', 5 * minute))).toBe(0);
    expect(bed.ask(gaugeOf('requests_total'))).toBe(50);
  });

  test('a dead target is stale with the next scrape; windows still see it (delivery 89)', async () => {
    const bed = new Testbed();
    const { telemetry, process } = bed.expose('pod');
    const counter = telemetry.counter('requests_total', {});
    const timer = process.every(1_000, () => counter.add(1));
    await bed.runTo(5 * minute);
    timer.cancel();
    process.kill();
    expect(bed.ask(gaugeOf('requests_total'))).toBeGreaterThan(280);
    await bed.runToScrape();
    expect(bed.ask(gaugeOf('requests_total'))).toBeUndefined();
    expect(bed.ask(increaseOf('requests_total', 2 * minute))).toBeGreaterThan(90);
    const { events } = bed.kernel;
    await bed.runFor(2 * minute);
    expect(bed.ask(increaseOf('requests_total', 2 * minute))).toBeUndefined();
    expect(bed.kernel.events).toBe(events);
  });

  test('a series that the restarted process does not have goes stale with its first scrape', async () => {
    const bed = new Testbed();
    const first = bed.expose('pod');
    first.telemetry.gauge('leader', {}).set(1);
    await bed.runToScrape();
    first.process.kill();
    const second = bed.expose('pod', {}, first);
    expect(bed.ask(gaugeOf('leader'))).toBe(1);
    await bed.runToScrape();
    expect(bed.ask(gaugeOf('leader'))).toBeUndefined();
    second.telemetry.gauge('leader', {}).set(2);
    await bed.runToScrape();
    expect(bed.ask(gaugeOf('leader'))).toBe(2);
  });

  test('a target that is cut off or frozen is stale, and is there again afterwards', async () => {
    const bed = new Testbed();
    const { telemetry, process, host } = bed.expose('pod');
    telemetry.gauge('tools', {}).set(5);
    await bed.runToScrape();
    const cut = bed.network.impose({ cut: true }, [host], [bed.prometheus.host]);
    await bed.runToScrape();
    expect(bed.ask(gaugeOf('tools'))).toBeUndefined();
    bed.network.lift(cut);
    await bed.runToScrape();
    expect(bed.ask(gaugeOf('tools'))).toBe(5);
    process.freeze();
    await bed.runToScrape();
    expect(bed.ask(gaugeOf('tools'))).toBeUndefined();
    process.resume();
    await bed.runToScrape();
    expect(bed.ask(gaugeOf('tools'))).toBe(5);
    expect(bed.prometheus.failedScrapes).toBe(2);
  });

  test('what no window reaches any more is forgotten', async () => {
    const bed = new Testbed();
    for (let index = 0; index < 5; index++) {
      const { telemetry, process } = bed.expose(`pod-${index}`);
      telemetry.counter('requests_total', {}).add(1);
      await bed.runFor(minute);
      process.kill();
    }
    await bed.runFor(46 * minute);
    expect(bed.prometheus.targetCount).toBe(0);
    expect(bed.kernel.pending).toBe(0);
    expect(bed.ask(increaseOf('requests_total', 45 * minute))).toBeUndefined();
  });

  test('45 minutes back and no further', async () => {
    const bed = new Testbed();
    const { telemetry, process } = bed.expose('pod');
    const counter = telemetry.counter('requests_total', {});
    process.every(15_000, () => counter.add(15));
    await bed.runTo(24 * 60 * minute);
    expect(bed.ask(increaseOf('requests_total', 45 * minute))).toBeCloseTo(45 * 60, 6);
    expect(bed.ask(increaseOf('requests_total', 10 * minute))).toBeCloseTo(600, 6);
    expect(() => bed.ask(increaseOf('requests_total', 46 * minute))).toThrow(PortError);
  });
});

describe('quantiles over pods', () => {
  test('buckets are summed before the quantile is taken (delivery 93)', async () => {
    const bed = new Testbed();
    const bounds = [100, 200, 500, 1_000];
    const fast = bed.expose('fast', { colour: 'green' }).telemetry.histogram('latency_ms', {}, bounds);
    const slow = bed.expose('slow', { colour: 'green' }).telemetry.histogram('latency_ms', {}, bounds);
    const other = bed.expose('other', { colour: 'blue' }).telemetry.histogram('latency_ms', {}, bounds);
    await bed.runTo(minute);
    for (let count = 0; count < 90; count++) fast.observe(50);
    for (let count = 0; count < 10; count++) slow.observe(700);
    for (let count = 0; count < 1_000; count++) other.observe(5_000);
    await bed.runFor(minute);
    const ask = (quantile: number, colour: string): number | undefined =>
      bed.ask({ kind: 'quantile', quantile, name: 'latency_ms', labels: { colour }, windowMs: 5 * minute });
    // The two targets are scraped at different offsets, so their rates are extrapolated a little differently.
    expect(ask(0.5, 'green')).toBeCloseTo((100 * 50) / 90, 0);
    expect(Math.abs((ask(0.95, 'green') ?? 0) - 750)).toBeLessThan(8);
    expect(ask(0.5, 'blue')).toBe(1_000);
    expect(ask(0.5, 'red')).toBeUndefined();
    await bed.runFor(10 * minute);
    expect(ask(0.5, 'green')).toBeUndefined();
    const count = bed.ask(gaugeOf('latency_ms_count', { colour: 'green' }));
    expect(count).toBe(100);
    expect(bed.ask(gaugeOf('latency_ms_bucket', { colour: 'green', le: '500' }))).toBe(90);
    expect(bed.ask(gaugeOf('latency_ms_bucket', { colour: 'green', le: '+Inf' }))).toBe(100);
    expect(bed.ask(gaugeOf('latency_ms_sum', { colour: 'green' }))).toBe(90 * 50 + 10 * 700);
  });

  test('a value on a bound belongs to the bucket below it', async () => {
    const bed = new Testbed();
    const histogram = bed.expose('pod').telemetry.histogram('latency_ms', {}, [100, 500]);
    histogram.observe(500);
    await bed.runTo(minute);
    expect(bed.ask(gaugeOf('latency_ms_bucket', { le: '500' }))).toBe(1);
    expect(bed.ask(gaugeOf('latency_ms_bucket', { le: '100' }))).toBe(0);
  });
});

describe('asking', () => {
  async function outcome(bed: Testbed, promise: Promise<number | undefined>) {
    const startMs = bed.kernel.nowUs / 1000;
    let settled: { value?: number | undefined; code?: string; tookMs: number } | undefined;
    promise.then(
      (value) => (settled = { value, tookMs: bed.kernel.nowUs / 1000 - startMs }),
      (error: unknown) => {
        if (!(error instanceof PortError)) throw error;
        settled = { code: error.code, tookMs: bed.kernel.nowUs / 1000 - startMs };
      },
    );
    while (settled === undefined) await bed.runFor(1);
    return settled;
  }

  test('takes 5 to 50 ms; an outage refuses, a cut is a time-out, a window too long is invalid', async () => {
    const bed = new Testbed();
    bed.expose('pod').telemetry.gauge('tools', {}).set(5);
    const { process, host } = bed.expose('rollout');
    await bed.runTo(minute);
    const queries = bed.prometheus.queriesFor(process, host);
    const answer = await outcome(bed, queries.evaluate(gaugeOf('tools')));
    expect(answer.value).toBe(5);
    expect(answer.tookMs).toBeGreaterThanOrEqual(4);
    expect(answer.tookMs).toBeLessThanOrEqual(51);
    expect((await outcome(bed, queries.evaluate(gaugeOf('nothing')))).value).toBeUndefined();
    const long = await outcome(bed, queries.evaluate(increaseOf('tools', 60 * minute)));
    expect(long.code).toBe('invalid');

    bed.prometheus.setOutage(true);
    expect((await outcome(bed, queries.evaluate(gaugeOf('tools')))).code).toBe('connection-refused');
    const { scrapes } = bed.prometheus;
    await bed.runFor(2 * minute);
    expect(bed.prometheus.scrapes).toBe(scrapes);
    bed.prometheus.setOutage(false);

    bed.network.impose({ cut: true }, [host], [bed.prometheus.host]);
    const cut = await outcome(bed, queries.evaluate(gaugeOf('tools')));
    expect(cut.code).toBe('timeout');
    expect(cut.tookMs).toBeCloseTo(30_000, -1);
  });

  test('a gap of an outage is bridged by increase and hides gauges after five minutes', async () => {
    const bed = new Testbed();
    const { telemetry, process } = bed.expose('pod');
    const counter = telemetry.counter('requests_total', {});
    process.every(1_000, () => counter.add(1));
    await bed.runTo(5 * minute);
    bed.prometheus.setOutage(true);
    await bed.runFor(4 * minute);
    expect(bed.ask(gaugeOf('requests_total'))).toBeGreaterThan(0);
    await bed.runFor(2 * minute);
    expect(bed.ask(gaugeOf('requests_total'))).toBeUndefined();
    bed.prometheus.setOutage(false);
    await bed.runFor(minute);
    expect(bed.ask(increaseOf('requests_total', 10 * minute))).toBeCloseTo(600, -1);
  });
});

describe('instruments', () => {
  test('the same name and labels are the same instrument, another kind is an error', () => {
    const bed = new Testbed();
    const { telemetry } = bed.expose('pod');
    const counter = telemetry.counter('a_total', { x: '1', y: '2' });
    expect(telemetry.counter('a_total', { y: '2', x: '1' })).toBe(counter);
    expect(telemetry.counter('a_total', { x: '1' })).not.toBe(counter);
    expect(() => telemetry.gauge('a_total', { x: '1', y: '2' })).toThrow(RangeError);
  });
});

describe('a store that is hindered', () => {
  test('a gap in the scrapes of one machine: stale meanwhile, counted over the gap afterwards', async () => {
    const bed = new Testbed();
    const { telemetry, host } = bed.expose('pod');
    const counter = telemetry.counter('requests_total', {});
    const gauge = telemetry.gauge('up', {});
    gauge.set(1);
    await bed.runToScrape();
    const hindrance = bed.prometheus.hinder({ hosts: new Set([host]), fail: true, lateMs: 0 });
    counter.add(60);
    await bed.runToScrape();
    expect(bed.ask(gaugeOf('up'))).toBeUndefined();
    expect(hindrance.hits).toBe(1);
    hindrance.lift();
    await bed.runToScrape();
    expect(bed.ask(gaugeOf('up'))).toBe(1);
    expect(bed.ask(increaseOf('requests_total', minute))).toBeGreaterThanOrEqual(60);
    expect(hindrance.hits).toBe(1);
  });

  test('late scrapes: the newest sample is older by so much', async () => {
    const bed = new Testbed();
    const { telemetry, host } = bed.expose('pod');
    const gauge = telemetry.gauge('up', {});
    await bed.runToScrape();
    const hindrance = bed.prometheus.hinder({ hosts: new Set([host]), fail: false, lateMs: 10_000 });
    await bed.runFor(14_000);
    gauge.set(7);
    await bed.runFor(6000);
    expect(bed.ask(gaugeOf('up'))).toBe(0);
    await bed.runFor(6000);
    expect(bed.ask(gaugeOf('up'))).toBe(7);
    hindrance.lift();
  });

  test('its clock set back drops samples until it has caught up, set forward leaves a gap (F39)', async () => {
    const bed = new Testbed();
    const gauge = bed.expose('pod').telemetry.gauge('up', {});
    gauge.set(1);
    await bed.runToScrape();
    bed.prometheus.stepClock(-40_000);
    gauge.set(2);
    await bed.runFor(30_000);
    // What it has lies in its future.
    expect(bed.ask(gaugeOf('up'))).toBeUndefined();
    await bed.runFor(30_000);
    expect(bed.ask(gaugeOf('up'))).toBe(2);
    bed.prometheus.stepClock(10 * minute);
    expect(bed.ask(gaugeOf('up'))).toBeUndefined();
    await bed.runToScrape();
    expect(bed.ask(gaugeOf('up'))).toBe(2);
  });
});
