import { expect, test } from 'vitest';
import { mergeSeries } from '../../../system/charts/series.ts';
import { decodeTChart } from '../../../system/charts/tchart.ts';
import { correctCollectorPolicies, type CollectorPolicies } from '../../../system/collector/policies.ts';
import { ingestMethods, type SendRequest } from '../../../system/ports/ingest.ts';
import { CollectorWorld, completeRequest, metric, sendRequest, startUs } from './fakes/collector-world.ts';
import type { FakeNats } from './fakes/fake-nats.ts';
import type { FakePod } from './fakes/fake-pod.ts';

async function sendAll(world: CollectorWorld, pod: FakePod, count: number): Promise<SendRequest[]> {
  const requests = Array.from({ length: count }, (_, index) => sendRequest(index + 1));
  for (const request of requests) expect((await world.send(pod, request)).status).toBe('OK');
  return requests;
}

function blobsOf(world: CollectorWorld): Uint8Array[] {
  return world.cql.rows('tchart').map((row) => {
    const payload = row['payload'];
    if (!(payload instanceof Uint8Array)) throw new Error('no payload');
    return payload;
  });
}

function completions(nats: FakeNats): unknown[] {
  return nats.messages.map(({ payload }): unknown => JSON.parse(new TextDecoder().decode(payload)));
}

const plan = (policies: Partial<CollectorPolicies>): { policies: CollectorPolicies } => ({
  policies: { ...correctCollectorPolicies, ...policies },
});

test('a complete context becomes one T-chart of all its points and one completion', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  const requests = await sendAll(world, pod, 12);
  const outcome = await world.complete(pod, completeRequest(12));
  expect(outcome).toMatchObject({ status: 'OK', response: { streamSequence: 1 } });
  expect(decodeTChart(blobsOf(world))).toEqual(mergeSeries(requests.flatMap(({ metrics }) => metrics)));
  expect(world.cql.rows('tchart')).toMatchObject([
    { tool: 'tool-0001', bucket_ms: Date.UTC(2026, 0, 5, 4), context_sequence: 5, blob_index: 0 },
  ]);
  expect(world.nats.blue.messages).toMatchObject([
    { subject: 'dc.tool-0001.complete', messageId: 'complete:tool-0001/5' },
  ]);
  expect(completions(world.nats.blue)).toEqual([{ ...completeRequest(12), blobs: 1 }]);
  expect(world.nats.green.messages).toEqual([]);
  expect(pod.eventsOf('tchart.stored')).toMatchObject([{ blobs: 1, points: 72, contextId: 'tool-0001/5' }]);
  expect(pod.eventsOf('completion.published')).toMatchObject([{ streamSequence: 1, duplicate: false }]);
  expect(pod.counters.get('tfdc_completions_published_total{"colour":"blue"}')).toBe(1);
});

test('reads and writes of a completion are at quorum; blobs carry a timestamp of the context alone', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  await sendAll(world, pod, 2);
  await world.complete(pod, completeRequest(2));
  const [read, write] = world.cql.executions.slice(2);
  expect(read).toMatchObject({
    statement: { kind: 'select' },
    options: { consistency: 'LOCAL_QUORUM', idempotent: true },
  });
  expect(write).toMatchObject({
    statement: { kind: 'insert' },
    options: { consistency: 'LOCAL_QUORUM', idempotent: true, timestampUs: startUs + 60_000_003 },
  });
});

test('requests beyond the count of the context are no part of it', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  await sendAll(world, pod, 5);
  expect(await world.complete(pod, completeRequest(3))).toMatchObject({ status: 'OK' });
  expect(pod.eventsOf('tchart.stored')).toMatchObject([{ points: 18 }]);
});

test('with the chamber as unit the subject names it', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue', { unitKind: 'chamber' });
  await sendAll(world, pod, 1);
  await world.complete(pod, completeRequest(1));
  expect(world.nats.blue.messages[0]?.subject).toBe('dc.tool-0001.1.complete');
});

test('what is not stored must be sent again before the context can be completed', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  for (const sequence of [1, 4, 5, 9]) await world.send(pod, sendRequest(sequence));
  const outcome = await world.complete(pod, completeRequest(10));
  expect(outcome).toMatchObject({
    status: 'FAILED_PRECONDITION',
    metadata: { 'missing-requests': '2-3,6-8,10' },
  });
  expect(world.nats.blue.messages).toEqual([]);
  expect(world.cql.rows('tchart')).toEqual([]);
  for (const sequence of [2, 3, 6, 7, 8, 10]) await world.send(pod, sendRequest(sequence));
  expect(await world.complete(pod, completeRequest(10))).toMatchObject({ status: 'OK' });
});

test('chunks that were lost after all are asked for again', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  await sendAll(world, pod, 3);
  world.cql.remove('chunk_staging', (row) => row['request_sequence'] === 2);
  expect(await world.complete(pod, completeRequest(3))).toMatchObject({
    status: 'FAILED_PRECONDITION',
    metadata: { 'missing-requests': '2' },
  });
});

test('repeated and concurrent completions leave one message and the same cells', async () => {
  const world = new CollectorWorld();
  const first = await world.start('blue');
  const second = await world.start('blue');
  await sendAll(world, first, 4);
  const calls = [first, second, first].map((pod) =>
    pod.ask(ingestMethods.complete, completeRequest(4), { 'tool-id': 'tool-0001' }, 20_000),
  );
  await world.clock.advance(1_000);
  expect(await Promise.all(calls)).toMatchObject([
    { status: 'OK', response: { streamSequence: 1 } },
    { status: 'OK', response: { streamSequence: 1 } },
    { status: 'OK', response: { streamSequence: 1 } },
  ]);
  const before = blobsOf(world);
  await world.clock.advance(600_000);
  expect(await world.complete(second, completeRequest(4))).toMatchObject({ status: 'OK' });
  expect(world.nats.blue.messages).toHaveLength(1);
  expect(blobsOf(world)).toEqual(before);
});

test('completed in both colours after a change of route: both messages point to the same bytes', async () => {
  const world = new CollectorWorld();
  const blue = await world.start('blue');
  const green = await world.start('green');
  await world.send(blue, sendRequest(1));
  await world.send(green, sendRequest(2));
  expect(await world.complete(blue, completeRequest(2))).toMatchObject({ status: 'OK' });
  const stored = world.cql.executions.find(({ statement }) => statement.table.name === 'tchart');
  await world.clock.advance(30_000);
  expect(await world.complete(green, completeRequest(2))).toMatchObject({ status: 'OK' });
  const again = world.cql.executions.findLast(({ statement }) => statement.table.name === 'tchart');
  expect(again).not.toBe(stored);
  expect(again?.values).toEqual(stored?.values);
  expect(again?.options.timestampUs).toBe(stored?.options.timestampUs);
  expect(completions(world.nats.green)).toEqual(completions(world.nats.blue));
});

test.each(['timeout', 'disconnected', 'no-responders'] as const)(
  'a publish that ended with %s is repeated under the same message id',
  async (code) => {
    const world = new CollectorWorld();
    const pod = await world.start('blue');
    await sendAll(world, pod, 2);
    const { blue } = world.nats;
    blue.failure = (attempt) => (attempt <= 2 ? { code, stored: code !== 'no-responders' } : undefined);
    expect(await world.complete(pod, completeRequest(2))).toMatchObject({
      status: 'OK',
      response: { streamSequence: 1 },
    });
    expect(blue.publishes).toBe(3);
    expect(blue.messages).toHaveLength(1);
    expect(pod.eventsOf('completion.published')).toMatchObject([{ duplicate: code !== 'no-responders' }]);
  },
);

test('"duplicate" without a sequence is no proof that the message is stored', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  await sendAll(world, pod, 1);
  world.nats.blue.failure = (attempt) => (attempt === 1 ? { code: 'staged' } : undefined);
  expect(await world.complete(pod, completeRequest(1))).toMatchObject({ status: 'OK' });
  expect(world.nats.blue.messages).toHaveLength(1);

  world.nats.blue.failure = () => ({ code: 'staged' });
  await world.send(pod, sendRequest(1, { contextSequence: 6 }));
  const refused = await world.complete(pod, completeRequest(1, { contextSequence: 6 }), 3_000);
  expect(refused.status).toBe('UNAVAILABLE');
});

test('a full stream fails loudly and at once', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  await sendAll(world, pod, 1);
  world.nats.blue.failure = () => ({ code: 'stream-full', stored: false });
  expect(await world.complete(pod, completeRequest(1))).toMatchObject({
    status: 'RESOURCE_EXHAUSTED',
    metadata: { 'grpc-retry-pushback-ms': '1000' },
  });
  expect(world.nats.blue.publishes).toBe(1);
});

test('without NATS the tool hears so before its deadline, and may come again', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  await sendAll(world, pod, 1);
  world.nats.blue.failure = () => ({ code: 'no-responders', stored: false });
  const askedMs = world.clock.nowMs;
  expect(await world.complete(pod, completeRequest(1), 8_000)).toMatchObject({ status: 'UNAVAILABLE' });
  expect(world.clock.nowMs - askedMs).toBeLessThanOrEqual(8_000);
  world.nats.blue.failure = () => undefined;
  expect(await world.complete(pod, completeRequest(1))).toMatchObject({ status: 'OK' });
});

test('nothing is published while the T-chart cannot be stored', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  await sendAll(world, pod, 2);
  world.cql.failure = ({ statement }) =>
    statement.table.name === 'tchart' ? { code: 'write-timeout', applied: true } : undefined;
  expect(await world.complete(pod, completeRequest(2), 5_000)).toMatchObject({ status: 'UNAVAILABLE' });
  expect(world.nats.blue.publishes).toBe(0);
});

test('if packing fails the completion is published all the same, without blobs', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  await sendAll(world, pod, 2);
  world.cql.overwrite(
    'chunk_staging',
    (row) => row['request_sequence'] === 2,
    (row) => ({ ...row, payload: Uint8Array.of(1, 2, 3) }),
  );
  expect(await world.complete(pod, completeRequest(2))).toMatchObject({ status: 'OK' });
  expect(world.cql.rows('tchart')).toEqual([]);
  expect(completions(world.nats.blue)).toMatchObject([{ blobs: 0, requestCount: 2 }]);
  expect(pod.eventsOf('tchart.failed')).toMatchObject([{ contextId: 'tool-0001/5' }]);
  expect(pod.eventsOf('tchart.stored')).toEqual([]);
});

test('a store that refuses the T-chart for good counts as packing that failed', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  await sendAll(world, pod, 2);
  world.cql.failure = ({ statement }) =>
    statement.table.name === 'tchart' ? { code: 'invalid', applied: false } : undefined;
  expect(await world.complete(pod, completeRequest(2))).toMatchObject({ status: 'OK' });
  expect(completions(world.nats.blue)).toMatchObject([{ blobs: 0 }]);
});

test('a large context is split into several blobs of at most 256 KiB', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  const noise = (seed: number): number[] =>
    Array.from({ length: 30_000 }, (_, index) => Math.sin(index * 12.9898 + seed) * 43_758.5453);
  const requests = [1, 2].map((sequence) =>
    sendRequest(sequence, { metrics: [metric(1, noise(sequence), startUs + sequence * 1e12)] }),
  );
  for (const request of requests) await world.send(pod, request);
  expect(await world.complete(pod, completeRequest(2))).toMatchObject({ status: 'OK' });
  const blobs = blobsOf(world);
  expect(blobs.length).toBeGreaterThan(1);
  for (const blob of blobs) expect(blob.length).toBeLessThanOrEqual(256 * 1024);
  expect(completions(world.nats.blue)).toMatchObject([{ blobs: blobs.length }]);
  expect(decodeTChart(blobs)).toEqual(mergeSeries(requests.flatMap(({ metrics }) => metrics)));
});

test.each([
  ['malformed', { ...completeRequest(1), requestCount: 0 }],
  ['malformed', { ...completeRequest(1), previousSequence: -1 }],
  ['malformed', undefined],
  ['bad-range', completeRequest(1, { endUs: startUs - 1 })],
  ['too-many-requests', completeRequest(10_001)],
  ['tool-mismatch', completeRequest(1, { tool: 'tool-0002' })],
])('a completion that can never succeed is refused: %s', async (fault, request) => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  const outcome = await world.answer(
    pod.ask(ingestMethods.complete, request, { 'tool-id': 'tool-0001' }, 10_000),
  );
  expect(outcome).toMatchObject({ status: 'INVALID_ARGUMENT', metadata: { fault } });
  expect(world.cql.executions).toEqual([]);
});

test('the planted policies do their harm', async () => {
  const world = new CollectorWorld();
  const noId = await world.start(
    'blue',
    plan({ messageId: (request, attempt) => `${request.tool}#${attempt}` }),
  );
  await sendAll(world, noId, 3);
  world.nats.blue.failure = (attempt) => (attempt === 1 ? { code: 'timeout', stored: true } : undefined);
  await world.complete(noId, completeRequest(3));
  expect(world.nats.blue.messages).toHaveLength(2);

  const early = await world.start('green', plan({ publish: 'before-tchart' }));
  world.cql.failure = ({ statement }) =>
    statement.table.name === 'tchart' ? { code: 'unavailable', applied: false } : undefined;
  await world.complete(early, completeRequest(3), 3_000);
  expect(world.nats.green.messages).toHaveLength(1);
  world.cql.failure = () => undefined;

  const lossy = await world.start('blue', plan({ chunksToPack: (chunks) => chunks.slice(1) }));
  await world.complete(lossy, completeRequest(3));
  expect(lossy.eventsOf('tchart.stored')).toMatchObject([{ points: 12 }]);

  const blind = await world.start('blue', plan({ missingRequests: () => [] }));
  expect(await world.complete(blind, completeRequest(9))).toMatchObject({ status: 'OK' });
});
