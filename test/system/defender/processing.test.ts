import { expect, test } from 'vitest';
import { decodeUChart } from '../../../system/charts/uchart.ts';
import { decodeJudgement } from '../../../system/defender/processing/judgement.ts';
import type { DefenderSettings } from '../../../system/defender/settings.ts';
import { alarmTable, uchartTable } from '../../../system/ports/tables.ts';
import { completionOf, ContextMaker, expectedDigest } from './fakes/context-maker.ts';
import { FakeCluster } from './fakes/fake-cluster.ts';

const tool = 'tool-0001';

/** Pods are on time with the contexts: none counts as late unless a test makes it so. */
async function stable(members = 3, overrides: Partial<DefenderSettings> = {}) {
  const cluster = new FakeCluster(12, { lateAfterMs: Number.MAX_SAFE_INTEGER, ...overrides });
  const maker = new ContextMaker(cluster);
  maker.qualify();
  await cluster.startStable(members);
  return { cluster, maker };
}

function ownerOf(cluster: FakeCluster, contextId: string) {
  const delivered = cluster.telemetry
    .of('completion.delivered')
    .findLast((event) => event.contextId === contextId);
  const pod = cluster.pods.find(({ name }) => name === delivered?.pod);
  if (pod === undefined) throw new Error(`${contextId} was not delivered`);
  return pod;
}

function judgements(cluster: FakeCluster) {
  return cluster.cql
    .rows(uchartTable)
    .map((row) => ({ sequence: row['context_sequence'], ...decodeJudgement(String(row['judgement'])) }))
    .sort((a, b) => Number(a.sequence) - Number(b.sequence));
}

test('a context goes from completion to stored result and acknowledgement, with what a fault-free run computes', async () => {
  const { cluster, maker } = await stable();
  maker.complete(tool, 1);
  await cluster.advance(5);
  expect(cluster.telemetry.of('processing.stage').map(({ stage }) => stage)).toEqual([
    'fetch',
    'history',
    'calculate',
    'evaluate',
    'store',
    'cache',
  ]);
  expect(cluster.telemetry.of('uchart.stored')).toMatchObject([
    { contextId: `${tool}/1`, digest: expectedDigest(tool, 1), points: 60 },
  ]);
  const [acknowledged] = cluster.telemetry.of('completion.acknowledged');
  expect(acknowledged?.durationMs).toBeGreaterThan(320);
  expect(acknowledged?.durationMs).toBeLessThan(1_000);
  expect(cluster.nats.messages).toEqual([]);
  const [write] = cluster.cql.writes.filter(({ table }) => table === uchartTable.name);
  expect(write?.timestampUs).toBe(completionOf(tool, 1).endUs + 999);
});

test('a sequence that the stream gives again is another completion, not the one that was stored', async () => {
  const { cluster, maker } = await stable();
  maker.complete(tool, 1);
  await cluster.advance(5);
  cluster.nats.loseStream();
  maker.complete(tool, 2);
  await cluster.advance(5);
  const delivered = cluster.telemetry.of('completion.delivered').map(({ streamSequence }) => streamSequence);
  expect(delivered).toEqual([1, 1]);
  expect(cluster.telemetry.of('uchart.stored').map(({ contextId }) => contextId)).toEqual([
    `${tool}/1`,
    `${tool}/2`,
  ]);
});

test('a sequence that the stream gives again while it is in work is another completion too', async () => {
  const { cluster, maker } = await stable();
  maker.complete(tool, 1);
  await cluster.advance(0.1);
  cluster.nats.loseStream();
  maker.complete(tool, 2);
  await cluster.advance(5);
  const delivered = cluster.telemetry.of('completion.delivered').map(({ streamSequence }) => streamSequence);
  expect(delivered).toEqual([1, 1]);
  expect(cluster.telemetry.of('uchart.stored').map(({ contextId }) => contextId)).toEqual([
    `${tool}/1`,
    `${tool}/2`,
  ]);
  expect(cluster.nats.messages).toEqual([]);
});

test('chunks give the same result where packing failed', async () => {
  const { cluster, maker } = await stable();
  maker.storeChunks(tool, 1);
  maker.publish(completionOf(tool, 1, { blobs: 0 }));
  await cluster.advance(5);
  expect(cluster.telemetry.of('uchart.stored')).toMatchObject([
    { digest: expectedDigest(tool, 1), points: 60 },
  ]);
});

test('history comes from the cache after the first read, in order, with no gap', async () => {
  const { cluster, maker } = await stable();
  for (let sequence = 1; sequence <= 30; sequence++) {
    maker.complete(tool, sequence);
    await cluster.advance(5);
  }
  const lookups = cluster.telemetry.of('cache.lookup');
  expect(lookups).toHaveLength(29);
  expect(lookups.every(({ hit }) => hit)).toBe(true);
  const judged = cluster.telemetry.of('alarm.judged');
  expect(judged).toHaveLength(30);
  expect(judged.every(({ provisional, rejudged, alarm }) => !provisional && !rejudged && !alarm)).toBe(true);
});

test('an abnormal context raises one alarm', async () => {
  const { cluster, maker } = await stable();
  maker.complete(tool, 1, true);
  await cluster.advance(5);
  expect(cluster.telemetry.of('alarm.raised')).toMatchObject([{ contextId: `${tool}/1`, effective: true }]);
  expect(cluster.cql.rows(alarmTable)).toHaveLength(1);
});

test('an ambiguous light-weight transaction is resolved by its own token', async () => {
  for (const applies of [true, false]) {
    const { cluster, maker } = await stable();
    cluster.cql.failures.push({ table: alarmTable.name, code: 'write-timeout', applies });
    maker.complete(tool, 1, true);
    await cluster.advance(10);
    expect(cluster.telemetry.of('alarm.raised')).toMatchObject([{ effective: true }]);
    expect(cluster.cql.rows(alarmTable)).toHaveLength(1);
  }
});

test('a context that is delivered again after a crash has no second effect', async () => {
  const { cluster, maker } = await stable(4);
  cluster.nats.answersLost.add('acks');
  maker.complete(tool, 1, true);
  await cluster.advance(1);
  const [first] = cluster.telemetry.of('uchart.stored');
  const owner = ownerOf(cluster, `${tool}/1`);
  owner.kill();
  cluster.nats.answersLost.clear();
  cluster.nats.messages.unshift({
    subject: `dc.${tool}.complete`,
    payload: new TextEncoder().encode(JSON.stringify(completionOf(tool, 1))),
    messageId: `complete:${tool}/1`,
    sequence: 99,
    deliveries: 1,
  });
  await cluster.advance(60);
  const stored = cluster.telemetry.of('uchart.stored');
  expect(stored).toHaveLength(2);
  expect(stored[1]?.digest).toBe(first?.digest);
  expect(cluster.telemetry.of('alarm.raised').map(({ effective }) => effective)).toEqual([true, false]);
  const writes = cluster.cql.writes.filter(({ table }) => table === uchartTable.name);
  expect(new Set(writes.map((write) => write.timestampUs)).size).toBe(1);
  expect(cluster.cql.rows(uchartTable)).toHaveLength(1);
});

test('a lost acknowledgement is repeated without processing again', async () => {
  const { cluster, maker } = await stable();
  const pod = cluster.pods[0];
  expect(pod).toBeDefined();
  maker.complete(tool, 1);
  await cluster.advance(0.2);
  const owner = ownerOf(cluster, `${tool}/1`);
  await cluster.advance(0.1);
  cluster.nats.cut(owner);
  await cluster.advance(40);
  cluster.nats.heal(owner);
  await cluster.advance(45);
  expect(cluster.nats.messages).toEqual([]);
  expect(cluster.telemetry.of('completion.acknowledged').length).toBeGreaterThanOrEqual(1);
});

test('an incomplete T-chart is tried again and computed when it is there', async () => {
  const { cluster, maker } = await stable();
  maker.publish(completionOf(tool, 1));
  await cluster.advance(0.5);
  expect(cluster.telemetry.of('processing.failed')).toMatchObject([{ stage: 'fetch', attempt: 1 }]);
  expect(cluster.telemetry.of('uchart.stored')).toEqual([]);
  maker.storeTChart(tool, 1);
  await cluster.advance(10);
  expect(cluster.telemetry.of('uchart.stored')).toMatchObject([{ digest: expectedDigest(tool, 1) }]);
  expect(cluster.nats.messages).toEqual([]);
});

test('after five failures the completion is a dead letter and the unit goes on', async () => {
  const { cluster, maker } = await stable();
  maker.publish(completionOf(tool, 1));
  maker.complete(tool, 2);
  await cluster.advance(60);
  expect(cluster.telemetry.of('processing.failed')).toHaveLength(5);
  expect(cluster.nats.deadLetters).toEqual([
    { subject: `dead-letter.dc.${tool}.complete`, messageId: `dead:complete:${tool}/1` },
  ]);
  expect(cluster.telemetry.of('completion.dead-lettered')).toMatchObject([{ contextId: `${tool}/1` }]);
  expect(cluster.telemetry.of('uchart.stored')).toMatchObject([{ contextId: `${tool}/2` }]);
  expect(cluster.nats.messages).toEqual([]);
});

test('what is no completion goes to the dead letters', async () => {
  const { cluster } = await stable();
  cluster.nats.publish(`dc.${tool}.complete`, new TextEncoder().encode('{"tool":1}'), 'odd');
  await cluster.advance(5);
  expect(cluster.nats.deadLetters).toMatchObject([{ messageId: 'dead:odd' }]);
  expect(cluster.nats.messages).toEqual([]);
});

test('an outage of Cassandra costs no context a life', async () => {
  const { cluster, maker } = await stable();
  cluster.cql.isDown = true;
  for (let sequence = 1; sequence <= 3; sequence++) maker.complete(tool, sequence);
  await cluster.advance(300);
  expect(cluster.telemetry.of('uchart.stored')).toEqual([]);
  expect(cluster.nats.messages).toHaveLength(3);
  cluster.cql.isDown = false;
  await cluster.advance(20);
  const stored = cluster.telemetry.of('uchart.stored');
  expect(stored.map(({ contextId }) => contextId)).toEqual(
    [1, 2, 3].map((sequence) => `${tool}/${sequence}`),
  );
  expect(cluster.telemetry.of('completion.delivered').every(({ deliveryCount }) => deliveryCount === 1)).toBe(
    true,
  );
  expect(cluster.nats.deadLetters).toEqual([]);
});

test('an ambiguous write is repeated with the same bytes and the same time stamp', async () => {
  const { cluster, maker } = await stable();
  cluster.cql.failures.push({
    table: uchartTable.name,
    kind: 'insert',
    code: 'write-timeout',
    applies: true,
  });
  maker.complete(tool, 1);
  await cluster.advance(10);
  const writes = cluster.cql.writes.filter(({ table }) => table === uchartTable.name);
  expect(writes).toHaveLength(2);
  expect(writes[0]).toEqual(writes[1]);
  expect(cluster.telemetry.of('uchart.stored')).toHaveLength(1);
});

test('a judgement without an earlier context is provisional, and made again when that comes', async () => {
  const { cluster, maker } = await stable(3, { lateAfterMs: -Number.MAX_SAFE_INTEGER });
  for (const sequence of [1, 2, 3, 4]) {
    maker.complete(tool, sequence);
    await cluster.advance(3);
  }
  for (const sequence of [6, 7]) {
    maker.complete(tool, sequence);
    await cluster.advance(3);
  }
  expect(judgements(cluster).map(({ sequence, provisional }) => [sequence, provisional])).toEqual([
    [1, false],
    [2, false],
    [3, false],
    [4, false],
    [6, true],
    [7, true],
  ]);
  const provisionalScores = new Map(judgements(cluster).map(({ sequence, score }) => [sequence, score]));
  maker.complete(tool, 5);
  await cluster.advance(3);
  const rejudged = cluster.telemetry.of('alarm.judged').filter((event) => event.rejudged);
  expect(rejudged.map(({ contextId }) => contextId)).toEqual([`${tool}/6`, `${tool}/7`]);
  expect(judgements(cluster).every(({ provisional }) => provisional === false)).toBe(true);

  const inOrder = await stable();
  for (let sequence = 1; sequence <= 7; sequence++) {
    inOrder.maker.complete(tool, sequence);
    await inOrder.cluster.advance(3);
  }
  expect(judgements(cluster)).toEqual(judgements(inOrder.cluster));
  expect(judgements(cluster).some(({ sequence, score }) => provisionalScores.get(sequence) !== score)).toBe(
    true,
  );
});

test('a gap that the other colour fills is found by looking again, whatever the clocks say', async () => {
  const { cluster, maker } = await stable();
  for (const sequence of [1, 3]) {
    maker.complete(tool, sequence);
    await cluster.advance(3);
  }
  expect(judgements(cluster).map(({ provisional }) => provisional)).toEqual([false, true]);
  const other = await stable();
  for (const sequence of [1, 2]) {
    other.maker.complete(tool, sequence);
    await other.cluster.advance(3);
  }
  for (const row of other.cluster.cql.rows(uchartTable)) {
    cluster.cql.execute({ kind: 'insert', table: uchartTable }, row, 1);
  }
  await cluster.advance(70);
  expect(judgements(cluster).map(({ provisional }) => provisional)).toEqual([false, false, false]);
  const rejudged = cluster.telemetry.of('alarm.judged').filter((event) => event.rejudged);
  expect(rejudged.map(({ contextId }) => contextId)).toEqual([`${tool}/3`]);
  const { selects } = cluster.cql;
  await cluster.advance(300);
  expect(cluster.cql.selects).toBe(selects);
});

test('contexts that the other colour processed are read from the store', async () => {
  const { cluster, maker } = await stable();
  maker.complete(tool, 1);
  await cluster.advance(3);
  const other = await stable();
  for (const sequence of [1, 2, 3]) {
    other.maker.complete(tool, sequence);
    await other.cluster.advance(3);
  }
  for (const row of other.cluster.cql.rows(uchartTable)) {
    cluster.cql.execute({ kind: 'insert', table: uchartTable }, row, 1);
  }
  maker.complete(tool, 4);
  await cluster.advance(3);
  expect(cluster.telemetry.of('cache.lookup')).toMatchObject([{ hit: false }]);
  expect(cluster.telemetry.of('alarm.judged').at(-1)).toMatchObject({
    contextId: `${tool}/4`,
    provisional: false,
  });
});

test('a unit is processed one at a time and in order, others beside it', async () => {
  const { cluster, maker } = await stable(2);
  for (let sequence = 1; sequence <= 5; sequence++) {
    for (const other of ['tool-0001', 'tool-0002', 'tool-0003']) maker.complete(other, sequence);
  }
  await cluster.advance(10);
  for (const other of ['tool-0001', 'tool-0002', 'tool-0003']) {
    const order = cluster.telemetry.events.flatMap((event) =>
      (event.kind === 'completion.delivered' || event.kind === 'completion.acknowledged') &&
      event.tool === other
        ? [`${event.kind} ${event.contextId}`]
        : [],
    );
    expect(order).toEqual(
      [1, 2, 3, 4, 5].flatMap((sequence) => [
        `completion.delivered ${other}/${sequence}`,
        `completion.acknowledged ${other}/${sequence}`,
      ]),
    );
  }
});

test('SIGTERM finishes what is in work and leaves the rest to others', async () => {
  const { cluster, maker } = await stable(3);
  for (let sequence = 1; sequence <= 4; sequence++) maker.complete(tool, sequence);
  await cluster.advance(0.1);
  const owner = ownerOf(cluster, `${tool}/1`);
  owner.terminate();
  await cluster.advance(60);
  expect(owner.exitCode).toBe(0);
  const stored = cluster.telemetry.of('uchart.stored');
  expect(stored.map(({ contextId }) => contextId)).toEqual(
    [1, 2, 3, 4].map((sequence) => `${tool}/${sequence}`),
  );
  expect(stored[0]?.pod).toBe(owner.name);
  expect(stored.slice(1).every(({ pod }) => pod !== owner.name)).toBe(true);
  expect(cluster.nats.messages).toEqual([]);
});

test('what cannot be finished in 18 s is given back before the exit', async () => {
  const { cluster, maker } = await stable(3);
  cluster.cql.isDown = true;
  maker.complete(tool, 1);
  await cluster.advance(1);
  const owner = ownerOf(cluster, `${tool}/1`);
  const fromMs = cluster.time.nowMs;
  owner.terminate();
  await cluster.advance(31);
  expect(owner.exitCode).toBe(0);
  expect(cluster.telemetry.of('shutdown.step').at(-1)?.atMs).toBeLessThan(fromMs + 30_000);
  cluster.cql.isDown = false;
  await cluster.advance(30);
  expect(cluster.telemetry.of('uchart.stored')).toHaveLength(1);
  expect(cluster.nats.messages).toEqual([]);
});

test('crashes in the middle of a storm lose nothing', async () => {
  const { cluster, maker } = await stable(6);
  const tools = Array.from({ length: 12 }, (_, index) => `tool-${String(index + 1).padStart(4, '0')}`);
  for (let sequence = 1; sequence <= 6; sequence++) {
    for (const one of tools) maker.complete(one, sequence);
    await cluster.advance(0.7);
    if (sequence % 2 === 0) cluster.follower().kill();
  }
  await cluster.advance(120);
  expect(cluster.nats.messages).toEqual([]);
  const rows = cluster.cql.rows(uchartTable);
  expect(rows).toHaveLength(tools.length * 6);
  for (const { contextId, digest, tool: one } of cluster.telemetry.of('uchart.stored')) {
    expect(digest).toBe(expectedDigest(one, Number(contextId.split('/')[1])));
  }
  expect(judgements(cluster).every(({ provisional }) => provisional === false)).toBe(true);
});

test('after a maintenance the unit is judged anew, and the stored chart says since when', async () => {
  const { cluster, maker } = await stable();
  const maintainedUs = completionOf(tool, 3).startUs;
  for (let sequence = 1; sequence <= 5; sequence++) {
    maker.storeTChart(tool, sequence, sequence >= 3);
    maker.publish(completionOf(tool, sequence, sequence < 3 ? {} : { maintainedUs }));
    await cluster.advance(5);
  }
  const charts = cluster.cql.rows(uchartTable).map((row) => {
    const { result } = row;
    if (!(result instanceof Uint8Array)) throw new Error('no result');
    return decodeUChart(result);
  });
  const maintained = charts.filter((chart) => chart.maintainedUs === maintainedUs);
  expect(charts).toHaveLength(5);
  expect(maintained.every(({ contextSequence }) => contextSequence >= 3)).toBe(true);
  expect(maintained).toHaveLength(3);
  expect(cluster.telemetry.of('uchart.stored').map(({ digest }) => digest)).toEqual(
    [1, 2, 3, 4, 5].map((sequence) => expectedDigest(tool, sequence, sequence >= 3)),
  );
  // Limits are those of the other units still: what they forbid stays forbidden until the unit's own are qualified.
  expect(cluster.telemetry.of('alarm.judged').map(({ alarm }) => alarm)).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
});

test('where tools tell their step, statistics are kept by step', async () => {
  const { cluster, maker } = await stable(3, { stepSvid: 2 });
  maker.complete(tool, 1);
  await cluster.advance(5);
  const [row] = cluster.cql.rows(uchartTable);
  const result = row?.['result'];
  if (!(result instanceof Uint8Array)) throw new Error('no result');
  const { svids, steps } = decodeUChart(result);
  expect(svids).toEqual([1, 2]);
  expect(steps?.length).toBe(30);
  expect(steps?.every((step) => step.svids.length === 1 && step.svids[0] === 1)).toBe(true);
});
