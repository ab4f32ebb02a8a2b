import { describe, expect, test } from 'vitest';
import { statisticOf } from '../../../system/charts/statistics.ts';
import type { StatisticName } from '../../../system/charts/statistics.ts';
import { decodeTChart } from '../../../system/charts/tchart.ts';
import { computeUChart } from '../../../system/charts/uchart.ts';
import type { UChart } from '../../../system/charts/uchart.ts';
import { ingestMethods } from '../../../system/ports/ingest.ts';
import type { MetricPoints } from '../../../system/ports/ingest.ts';
import { CollectorWorld, completeRequest, metric, sendRequest, startUs } from './fakes/collector-world.ts';

/** Every kind of bad input at the service's edge, and what becomes of it: the table of docs/charts.md, line by line. */

const second = 1_000_000;

function points(svid: number, pairs: readonly (readonly [second: number, value: number])[]): MetricPoints {
  return {
    svid,
    timesUs: Float64Array.from(pairs, ([at]) => startUs + at * second),
    values: Float64Array.from(pairs, ([, value]) => value),
  };
}

/** Sends the requests, one context, completes it, and computes what a Defender would. */
async function chartOf(...requests: readonly (readonly MetricPoints[])[]): Promise<UChart> {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  for (const [index, metrics] of requests.entries()) {
    expect(await world.send(pod, sendRequest(index + 1, { metrics }))).toMatchObject({ status: 'OK' });
  }
  const request = completeRequest(requests.length);
  expect(await world.complete(pod, request)).toMatchObject({ status: 'OK' });
  const blobs = world.cql.rows('tchart').map((row) => {
    const payload = row['payload'];
    if (!(payload instanceof Uint8Array)) throw new Error('no payload');
    return payload;
  });
  return computeUChart({ ...request, contextId: 'c', unit: request.tool, series: decodeTChart(blobs) });
}

function statistic(chart: UChart, svid: number, name: StatisticName): number {
  if (!chart.svids.includes(svid)) throw new Error(`no SVID ${svid}`);
  return statisticOf(chart, svid, name);
}

function statisticsOf({ svids, statistics }: UChart): unknown {
  return { svids, statistics };
}

describe('stored, with no effect on the result', () => {
  const inOrder = [
    points(1, [
      [0, 1],
      [10, 2],
      [20, 3],
    ]),
    points(2, [
      [0, 5],
      [10, 5],
      [20, 8],
    ]),
  ];

  test('points out of order, within a request and between requests', async () => {
    const chart = await chartOf(
      [
        points(1, [
          [20, 3],
          [0, 1],
        ]),
      ],
      [
        points(2, [
          [10, 5],
          [20, 8],
          [0, 5],
        ]),
        points(1, [[10, 2]]),
      ],
    );
    expect(statisticsOf(chart)).toEqual(statisticsOf(await chartOf(inOrder, [points(2, [[0, 5]])])));
  });

  test('a point sent twice, and a whole SVID twice in one request', async () => {
    const chart = await chartOf([
      ...inOrder,
      points(1, [[10, 2]]),
      points(1, [
        [0, 1],
        [20, 3],
      ]),
    ]);
    expect(statisticsOf(chart)).toEqual(statisticsOf(await chartOf(inOrder)));
    expect(statistic(chart, 1, 'conflictCount')).toBe(0);
  });
});

describe('stored and flagged in the U-chart', () => {
  test('NaN, infinities and readings beyond ±1e100: left out of the statistics and counted', async () => {
    const chart = await chartOf([
      points(1, [
        [0, 1],
        [5, Number.NaN],
        [10, 2],
        [15, Number.POSITIVE_INFINITY],
        [20, 3],
        [25, -1e300],
      ]),
      points(2, [[0, Number.NaN]]),
    ]);
    expect(statistic(chart, 1, 'flaggedCount')).toBe(3);
    expect([statistic(chart, 1, 'count'), statistic(chart, 1, 'mean')]).toEqual([3, 2]);
    expect([statistic(chart, 2, 'count'), statistic(chart, 2, 'flaggedCount')]).toEqual([0, 1]);
  });

  test('points that disagree about one instant: the largest counts, and the instant is counted', async () => {
    const chart = await chartOf(
      [
        points(1, [
          [0, 1],
          [10, 4],
        ]),
      ],
      [
        points(1, [
          [10, 2],
          [20, 3],
        ]),
      ],
    );
    expect(statistic(chart, 1, 'conflictCount')).toBe(1);
    expect([statistic(chart, 1, 'max'), statistic(chart, 1, 'count')]).toEqual([4, 3]);
  });

  test('points that never came: their share of those expected', async () => {
    const chart = await chartOf(
      [
        points(1, [
          [0, 1],
          [10, 1],
          [20, 1],
          [50, 1],
        ]),
      ],
      [metric(2, [1])],
    );
    expect(statistic(chart, 1, 'missingShare')).toBeCloseTo(2 / 6, 12);
  });

  test('points far outside of the context: in its first or last quarter', async () => {
    const chart = await chartOf([
      points(1, [
        [0, 1],
        [10, 1],
        [20, 1],
        [90_000, 7],
      ]),
    ]);
    expect(statistic(chart, 1, 'count')).toBe(4);
    expect(statistic(chart, 1, 'segmentMean4')).toBe(7);
  });
});

describe('stored, and the tool is told', () => {
  test('a clock a day ahead: flagged in the answers of Send and Complete and counted', async () => {
    const world = new CollectorWorld();
    const pod = await world.start('blue');
    const dayUs = 86_400 * second;
    const day = (request: MetricPoints): MetricPoints => ({
      ...request,
      timesUs: request.timesUs.map((timeUs) => timeUs + dayUs),
    });
    const sent = await world.send(
      pod,
      sendRequest(1, { contextStartUs: startUs + dayUs, metrics: sendRequest(1).metrics.map(day) }),
    );
    expect(sent).toMatchObject({ status: 'OK', response: { points: 6 } });
    expect(Number(sent.metadata['clock-ahead-ms'])).toBeCloseTo(86_400_000, -2);
    const completed = await world.complete(
      pod,
      completeRequest(1, { startUs: startUs + dayUs, endUs: startUs + dayUs + 30 * second }),
    );
    expect(completed.status).toBe('OK');
    expect(completed.metadata['clock-ahead-ms']).toBeDefined();
    expect(pod.counters.get('tfdc_collector_clock_ahead_total{"colour":"blue"}')).toBe(2);
    expect(world.cql.rows('tchart')).toHaveLength(1);
  });

  test('a clock within the tolerance, or behind, is nothing to tell', async () => {
    const world = new CollectorWorld();
    const pod = await world.start('blue');
    for (const offsetS of [200, -86_400]) {
      const outcome = await world.send(pod, sendRequest(1, { contextStartUs: startUs + offsetS * second }));
      expect(outcome.status).toBe('OK');
      expect(outcome.metadata['clock-ahead-ms']).toBeUndefined();
    }
    expect(pod.counters.get('tfdc_collector_clock_ahead_total{"colour":"blue"}')).toBe(0);
  });

  test('one bad metric among good ones from a clock ahead: both are told, nothing good is lost', async () => {
    const world = new CollectorWorld();
    const pod = await world.start('blue');
    const outcome = await world.send(
      pod,
      sendRequest(1, {
        contextStartUs: startUs + 7_200 * second,
        metrics: [metric(1, [1, 2]), { svid: 2, timesUs: Float64Array.of(0.5), values: Float64Array.of(1) }],
      }),
    );
    expect(outcome).toMatchObject({ status: 'OK', response: { points: 2 } });
    expect(outcome.metadata).toMatchObject({ 'rejected-metrics': '2=bad-time', 'clock-ahead-ms': '7200000' });
  });
});

describe('refused with INVALID_ARGUMENT, nothing stored', () => {
  test('a request of a million points, at once', async () => {
    const world = new CollectorWorld();
    const pod = await world.start('blue');
    const million = 1_000_000;
    const metrics = Array.from({ length: 10 }, (_one, svid) => ({
      svid,
      timesUs: Float64Array.from({ length: million / 10 }, (_time, i) => startUs + i),
      values: new Float64Array(million / 10),
    }));
    const outcome = await world.send(pod, sendRequest(1, { metrics }));
    expect(outcome).toMatchObject({ status: 'INVALID_ARGUMENT', metadata: { fault: 'too-many-points' } });
    expect(world.cql.executions).toEqual([]);
    expect(world.clock.nowMs).toBe(0);
    expect(await world.send(pod, sendRequest(1))).toMatchObject({ status: 'OK' });
  });

  test.each([
    ['Send', ingestMethods.send, sendRequest(1, { contextStartUs: -1 })],
    ['Complete', ingestMethods.complete, completeRequest(1, { startUs: -5 })],
    ['Complete', ingestMethods.complete, completeRequest(1, { endUs: 2 ** 60 })],
    ['Complete', ingestMethods.complete, completeRequest(1, { maintainedUs: Number.NaN })],
  ])('%s with a time that no clock of a fab shows', async (_call, method, request) => {
    const world = new CollectorWorld();
    const pod = await world.start('blue');
    const outcome = await world.answer(pod.ask(method, request, { 'tool-id': 'tool-0001' }, 10_000));
    expect(outcome).toMatchObject({ status: 'INVALID_ARGUMENT', metadata: { fault: 'malformed' } });
    expect(world.cql.executions).toEqual([]);
  });
});

test('a chunk of an unknown codec version: the completion is published without a T-chart, the chunks stay', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  await world.send(pod, sendRequest(1));
  await world.send(pod, sendRequest(2));
  world.cql.overwrite(
    'chunk_staging',
    (row) => row['request_sequence'] === 2,
    (row) => {
      const payload = row['payload'];
      if (!(payload instanceof Uint8Array)) throw new Error('no payload');
      const later = payload.slice();
      later[1] = 99;
      return { ...row, payload: later };
    },
  );
  expect(await world.complete(pod, completeRequest(2))).toMatchObject({ status: 'OK' });
  expect(pod.eventsOf('tchart.failed')[0]?.reason).toContain('unknown-version');
  expect(world.cql.rows('tchart')).toEqual([]);
  expect(world.cql.rows('chunk_staging')).toHaveLength(2);
});
