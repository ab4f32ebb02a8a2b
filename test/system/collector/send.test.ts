import { expect, test } from 'vitest';
import { chunkCodec } from '../../../system/charts/chunk-codec.ts';
import type { PortErrorCode } from '../../../system/ports/errors.ts';
import { ingestMethods } from '../../../system/ports/ingest.ts';
import type { CqlExecution } from './fakes/fake-cql.ts';
import { CollectorWorld, metric, sendRequest, startUs } from './fakes/collector-world.ts';

function storedSeries(world: CollectorWorld): { svid: number; timesUs: number[]; values: number[] }[][] {
  return world.cql.rows('chunk_staging').map((row) => {
    const payload = row['payload'];
    if (!(payload instanceof Uint8Array)) throw new Error('no payload');
    return chunkCodec.decode(payload).map(({ svid, timesUs, values }) => ({
      svid,
      timesUs: Array.from(timesUs),
      values: Array.from(values),
    }));
  });
}

test('the points are durable at quorum before the answer, bit for bit', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  const request = sendRequest(2);
  const call = pod.ask(ingestMethods.send, request, { 'tool-id': request.tool }, 10_000);
  let answered = false;
  void call.then(() => (answered = true));
  await world.clock.advance(1);
  expect(world.cql.executions).toHaveLength(1);
  expect(answered).toBe(false);
  expect(pod.events).toEqual([]);
  await world.clock.advance(1);
  expect(answered).toBe(true);
  await expect(call).resolves.toMatchObject({ status: 'OK', response: { points: 6 } });
  expect(world.cql.executions[0]?.options).toMatchObject({ consistency: 'LOCAL_QUORUM', idempotent: true });
  expect(storedSeries(world)).toEqual([
    request.metrics.map(({ svid, timesUs, values }) => ({
      svid,
      timesUs: Array.from(timesUs),
      values: Array.from(values),
    })),
  ]);
  expect(pod.events).toEqual([
    {
      kind: 'request.stored',
      colour: 'blue',
      tool: 'tool-0001',
      contextId: 'tool-0001/5',
      requestSequence: 2,
      points: 6,
    },
  ]);
});

test('NaN, infinities, -0 and unordered times are stored as they are', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  const values = [NaN, -Infinity, -0, 7];
  const timesUs = Float64Array.of(startUs + 30, startUs + 10, startUs + 20, startUs + 10);
  const outcome = await world.send(
    pod,
    sendRequest(1, { metrics: [{ svid: 9, timesUs, values: Float64Array.from(values) }] }),
  );
  expect(outcome.status).toBe('OK');
  expect(storedSeries(world)).toEqual([[{ svid: 9, timesUs: Array.from(timesUs), values }]]);
});

test('one bad metric does not lose the others, and is named', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  const outcome = await world.send(
    pod,
    sendRequest(1, {
      metrics: [
        metric(1, [1, 2, 3]),
        { svid: 2, timesUs: Float64Array.of(startUs), values: Float64Array.of(1, 2) },
        metric(3, []),
        { svid: 4, timesUs: Float64Array.of(NaN), values: Float64Array.of(1) },
        { svid: -5, timesUs: Float64Array.of(startUs), values: Float64Array.of(1) },
        metric(6, [4]),
      ],
    }),
  );
  expect(outcome).toMatchObject({ status: 'OK', response: { points: 4 } });
  expect(outcome.metadata['rejected-metrics']).toBe('2=unequal-lengths,3=empty,4=bad-time,-5=bad-svid');
  expect(storedSeries(world)[0]?.map(({ svid }) => svid)).toEqual([1, 6]);
  expect(pod.counters.get('tfdc_collector_rejected_metrics_total{"colour":"blue"}')).toBe(4);
});

test.each([
  ['tool-mismatch', sendRequest(1), { 'tool-id': 'tool-0002' }],
  ['tool-mismatch', sendRequest(1), {}],
  ['bad-tool', sendRequest(1, { tool: 'tool.*' }), { 'tool-id': 'tool.*' }],
  ['no-metrics', sendRequest(1, { metrics: [] }), undefined],
  ['no-metrics', sendRequest(1, { metrics: [metric(1, [])] }), undefined],
  [
    'too-many-metrics',
    sendRequest(1, { metrics: Array.from({ length: 11 }, (_, svid) => metric(svid, [1])) }),
    undefined,
  ],
  ['too-many-points', sendRequest(1, { metrics: [metric(1, Array<number>(101).fill(0))] }), undefined],
  ['too-many-requests', sendRequest(10_001), undefined],
  ['malformed', sendRequest(0), undefined],
  ['malformed', sendRequest(1, { contextSequence: 1.5 }), undefined],
  ['malformed', { ...sendRequest(1), metrics: [{ svid: 1, timesUs: [1], values: [1] }] }, undefined],
  ['malformed', null, undefined],
  ['malformed', 'points', undefined],
])('a request that can never succeed is refused at once: %s', async (fault, request, metadata) => {
  const world = new CollectorWorld();
  const pod = await world.start('blue', { maxMetrics: 10, maxPoints: 100 });
  const outcome = await world.answer(
    pod.ask(ingestMethods.send, request, metadata ?? { 'tool-id': 'tool-0001' }, 10_000),
  );
  expect(outcome).toMatchObject({ status: 'INVALID_ARGUMENT', metadata: { fault } });
  expect(outcome.response).toBeUndefined();
  expect(world.cql.executions).toEqual([]);
  expect(pod.counters.get('tfdc_collector_requests_total{"colour":"blue","code":"INVALID_ARGUMENT"}')).toBe(
    1,
  );
});

test.each<PortErrorCode>([
  'timeout',
  'disconnected',
  'write-timeout',
  'unavailable',
  'overloaded',
  'connection-refused',
])('%s of the store is retried, as the very same upsert', async (code) => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  world.cql.failure = () => (world.cql.executions.length <= 2 ? { code, applied: true } : undefined);
  const outcome = await world.send(pod, sendRequest(4));
  expect(outcome.status).toBe('OK');
  const attempts = world.cql.executions;
  expect(attempts).toHaveLength(3);
  const told = ({ values, options }: CqlExecution): unknown => [values, options.timestampUs];
  expect(new Set(attempts.map((attempt) => JSON.stringify(told(attempt)))).size).toBe(1);
  expect(attempts[0]?.options.timestampUs).toBe(startUs);
  expect(pod.eventsOf('request.stored')).toHaveLength(1);
});

test('another collector of the other colour writes the same cells for a repeated request', async () => {
  const world = new CollectorWorld();
  const blue = await world.start('blue');
  const green = await world.start('green');
  await world.send(blue, sendRequest(1));
  await world.clock.advance(60_000);
  await world.send(green, sendRequest(1));
  const [first, second] = world.cql.executions;
  expect(second?.values).toEqual(first?.values);
  expect(second?.options.timestampUs).toBe(first?.options.timestampUs);
});

test('while the store is away the tool hears so before its deadline, with a hint when to come again', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  world.cql.failure = () => ({ code: 'unavailable', applied: false });
  const outcome = await world.send(pod, sendRequest(1), 3_000);
  expect(outcome).toMatchObject({
    status: 'UNAVAILABLE',
    metadata: { 'grpc-retry-pushback-ms': '1000', 'served-by': pod.name },
  });
  expect(world.clock.nowMs).toBeLessThan(3_000);
  expect(world.cql.executions.length).toBeGreaterThan(3);
  expect(pod.events).toEqual([]);
});

test('an error that no repetition mends ends the call at once', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  world.cql.failure = () => ({ code: 'invalid', applied: false });
  const outcome = await world.send(pod, sendRequest(1));
  expect(outcome.status).toBe('INTERNAL');
  expect(world.cql.executions).toHaveLength(1);
});

test('beyond its bounds a collector refuses and does not queue; room comes back with each answer', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue', { maxInFlight: 3 });
  const ask = (sequence: number): Promise<unknown> =>
    pod.ask(ingestMethods.send, sendRequest(sequence), { 'tool-id': 'tool-0001' }, 10_000);
  const waiting = [1, 2, 3].map(ask);
  await expect(ask(4)).resolves.toMatchObject({
    status: 'RESOURCE_EXHAUSTED',
    metadata: { 'grpc-retry-pushback-ms': '1000' },
  });
  await world.clock.advance(10);
  await expect(Promise.all(waiting)).resolves.toMatchObject([
    { status: 'OK' },
    { status: 'OK' },
    { status: 'OK' },
  ]);
  expect(await world.send(pod, sendRequest(4))).toMatchObject({ status: 'OK' });
});

test('the bytes in flight are bounded too', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue', { maxInFlightBytes: 3_000 });
  const large = sendRequest(1, { metrics: [metric(1, Array<number>(120).fill(1))] });
  void pod.ask(ingestMethods.send, large, { 'tool-id': 'tool-0001' }, 10_000);
  const second = pod.ask(ingestMethods.send, large, { 'tool-id': 'tool-0001' }, 10_000);
  await expect(second).resolves.toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
});

test('the planted policy "before-store" acknowledges what is then lost', async () => {
  const world = new CollectorWorld();
  const { correctCollectorPolicies } = await import('../../../system/collector/policies.ts');
  const pod = await world.start('blue', {
    policies: { ...correctCollectorPolicies, answerSend: 'before-store' },
  });
  world.cql.failure = () => ({ code: 'unavailable', applied: false });
  expect(await world.send(pod, sendRequest(1), 2_000)).toMatchObject({ status: 'OK' });
  await world.clock.advance(5_000);
  expect(world.cql.rows('chunk_staging')).toEqual([]);
  expect(pod.counters.get('tfdc_collector_requests_total{"colour":"blue","code":"OK"}')).toBe(1);
});
