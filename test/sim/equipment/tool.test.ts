import { expect, test } from 'vitest';
import { contextIdOf, ingestMethods } from '../../../system/ports/ingest.ts';
import { contentOf, Fab, isSend, type Call } from './fakes/fab.ts';

/** Time and status of the retries of one request. */
function attemptsOf(fab: Fab, matches: (call: Call) => boolean): number[] {
  return fab.calls.filter(matches).map((call) => call.timeUs / 1000);
}

test('a tool sends its id as header, and calls one at a time in the order of collection', async () => {
  const fab = new Fab({ tools: 1, settings: { catchUpMs: 0 } });
  await fab.runMinutes(90);
  let last = { contextSequence: 0, requestSequence: 0 };
  for (const { metadata, method, request } of fab.calls) {
    expect(metadata).toEqual({ 'tool-id': 'tool-0001' });
    if ('requestSequence' in request) {
      const { contextSequence, requestSequence } = request;
      const follows = requestSequence === 1 ? last.contextSequence + 1 : last.contextSequence;
      expect(contextSequence).toBe(follows);
      if (requestSequence > 1) expect(requestSequence).toBe(last.requestSequence + 1);
      last = { contextSequence, requestSequence };
    } else {
      expect(method).toBe(ingestMethods.complete);
      expect(request).toMatchObject({
        contextSequence: last.contextSequence,
        requestCount: last.requestSequence,
      });
    }
  }
  expect(fab.completed.size).toBeGreaterThan(1);
});

test('a request carries 10 SVIDs × 3 points and comes every 30 s; the last one of a context may be shorter', async () => {
  const fab = new Fab({ tools: 40 });
  await fab.runMinutes(60);
  for (const { requestCount, tool, contextSequence, startUs, endUs } of fab.completed.values()) {
    const chunks = fab.stored.get(contextIdOf(tool, contextSequence));
    for (const [sequence, { metrics }] of chunks ?? []) {
      expect(metrics).toHaveLength(10);
      for (const { timesUs, values } of metrics) {
        expect(values).toHaveLength(timesUs.length);
        if (sequence < requestCount) expect(values).toHaveLength(3);
        expect(timesUs[0]).toBe(startUs + (sequence - 1) * 30_000_000);
        expect(timesUs.at(-1)).toBeLessThan(endUs);
      }
    }
  }
  // Once the tools have caught up, a call follows from each collection at once.
  const steady = fab.calls.filter((call) => call.tool === 3 && isSend(call) && call.timeUs > 300e6);
  const gaps = steady.slice(1).map((call, index) => call.timeUs - (steady[index]?.timeUs ?? 0));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(30_000_000);
  expect(gaps.filter((gap) => gap === 30_000_000).length).toBeGreaterThan(gaps.length * 0.9);
});

test('each failure is followed by a longer pause with jitter, up to the longest', async () => {
  const fab = new Fab({
    tools: 1,
    settings: { catchUpMs: 0 },
    judge: () => ({ status: 'UNAVAILABLE', effect: false }),
  });
  await fab.runMinutes(5);
  const retries = fab.eventsOf('tool.retry');
  expect(retries.length).toBeGreaterThan(8);
  retries.forEach(({ attempt, delayMs, requestSequence, status }, index) => {
    expect(attempt).toBe(index + 1);
    expect(requestSequence).toBe(1);
    expect(status).toBe('UNAVAILABLE');
    const fullMs = Math.min(30_000, 500 * 2 ** index);
    expect(delayMs).toBeGreaterThanOrEqual(fullMs / 2);
    expect(delayMs).toBeLessThanOrEqual(fullMs);
  });
  const times = attemptsOf(fab, () => true);
  times.slice(1).forEach((timeMs, index) => {
    expect(timeMs - (times[index] ?? 0)).toBeCloseTo((retries[index]?.delayMs ?? 0) + 5, 3);
  });
  const jitter = new Set(retries.slice(-4).map(({ delayMs }) => delayMs));
  expect(jitter.size).toBe(4);
});

test('a server that asks for a pause gets it, within reason', async () => {
  const asked = ['7000', '9999999', 'soon'];
  const fab = new Fab({
    tools: 1,
    settings: { catchUpMs: 0 },
    judge: () => {
      const pushback = asked.shift();
      return pushback === undefined
        ? undefined
        : {
            status: 'RESOURCE_EXHAUSTED',
            effect: false,
            metadata: { 'grpc-retry-pushback-ms': pushback },
          };
    },
  });
  await fab.runMinutes(3);
  const [first, second, third] = fab.eventsOf('tool.retry');
  expect(first?.delayMs).toBe(7_000);
  expect(second?.delayMs).toBe(60_000);
  expect(third?.delayMs).toBeLessThanOrEqual(2_000);
});

test('a repeated request is the same request, and is acknowledged once', async () => {
  let failures = 0;
  const fab = new Fab({
    tools: 1,
    judge: (call) =>
      isSend(call) && failures++ % 3 !== 2 ? { status: 'DEADLINE_EXCEEDED', effect: true } : undefined,
  });
  await fab.runMinutes(30);
  const contents = new Map<string, Set<string>>();
  for (const { request } of fab.calls) {
    if (!('requestSequence' in request)) continue;
    const key = `${request.contextSequence}/${request.requestSequence}`;
    contents.set(key, (contents.get(key) ?? new Set()).add(contentOf(request)));
  }
  for (const versions of contents.values()) expect(versions.size).toBe(1);
  const acknowledged = fab.eventsOf('request.acknowledged');
  const keys = acknowledged.map(({ contextId, requestSequence }) => `${contextId}/${requestSequence}`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(acknowledged.map(({ attempts }) => attempts))).toEqual(new Set([3]));
});

test('requests that the server lost are sent again, though they were acknowledged', async () => {
  const fab = new Fab({ tools: 1, settings: { catchUpMs: 0 } });
  let lost: number[] = [];
  fab.judge = ({ request }) => {
    if ('requestSequence' in request || lost.length > 0) return undefined;
    const chunks = fab.stored.get(contextIdOf(request.tool, request.contextSequence));
    lost = [2, 3, 5].filter((sequence) => chunks?.delete(sequence));
    return undefined;
  };
  await fab.runMinutes(80);
  expect(lost).toEqual([2, 3, 5]);
  const [retry] = fab.eventsOf('tool.retry');
  expect(retry).toMatchObject({ status: 'FAILED_PRECONDITION', requestSequence: 0, attempt: 1 });
  const [completed] = fab.eventsOf('context.completed');
  expect(completed).toMatchObject({ contextSequence: 1, attempts: 2 });
  expect(fab.stored.get('tool-0001/1')?.size).toBe(fab.completed.get('tool-0001/1')?.requestCount);
  const acknowledged = fab
    .eventsOf('request.acknowledged')
    .filter(({ contextId }) => contextId === 'tool-0001/1');
  expect(acknowledged).toHaveLength(fab.completed.get('tool-0001/1')?.requestCount ?? 0);
});

test('a server that does not say what it misses gets everything again', async () => {
  let refused = false;
  const fab = new Fab({
    tools: 1,
    judge: ({ request }) => {
      if ('requestSequence' in request || refused) return undefined;
      refused = true;
      return { status: 'FAILED_PRECONDITION', effect: false };
    },
  });
  await fab.runMinutes(80);
  const count = fab.completed.get('tool-0001/1')?.requestCount ?? 0;
  const sends = fab.calls.filter((call) => isSend(call) && call.request.contextSequence === 1);
  expect(sends).toHaveLength(2 * count);
});

test('while it is cut off a tool goes on collecting, says how much waits, and sends all of it later', async () => {
  const fab = new Fab({ tools: 5 });
  await fab.runMinutes(30);
  fab.judge = () => ({ status: 'UNAVAILABLE', effect: false });
  await fab.runMinutes(240);
  const waiting = fab.equipment.backlog;
  expect(waiting.tools).toBe(5);
  expect(waiting.contexts).toBeGreaterThan(15);
  const started = fab.eventsOf('context.started').length;
  fab.judge = () => undefined;
  await fab.runMinutes(15);
  expect(fab.equipment.backlog.contexts).toBe(0);
  expect(fab.completed.size).toBeGreaterThanOrEqual(started - 5);
  const reports = fab.eventsOf('tool.backlog');
  expect(Math.max(...reports.map(({ contexts }) => contexts))).toBeGreaterThanOrEqual(2);
  for (const tool of ['tool-0001', 'tool-0005']) {
    expect(reports.findLast((event) => event.tool === tool)?.contexts).toBeLessThanOrEqual(1);
  }
});

test('a tool that is full gives up the oldest context, says so, and completes the others', async () => {
  const fab = new Fab({
    tools: 3,
    settings: { maxHeldPoints: 15_000 },
    judge: () => ({ status: 'UNAVAILABLE', effect: false }),
  });
  await fab.runMinutes(8 * 60);
  const given = fab.eventsOf('tool.overflow').map(({ contextId }) => contextId);
  expect(given.length).toBeGreaterThan(3);
  for (const { points } of fab.eventsOf('tool.backlog')) expect(points).toBeLessThanOrEqual(15_000);
  fab.judge = () => undefined;
  await fab.runMinutes(60);
  const completed = new Set(fab.completed.keys());
  for (const contextId of given) expect(completed.has(contextId)).toBe(false);
  for (const { tool, contextSequence } of fab.eventsOf('context.started')) {
    const contextId = contextIdOf(tool, contextSequence);
    const last = fab.eventsOf('context.started').findLast((event) => event.tool === tool);
    if (contextSequence === last?.contextSequence || given.includes(contextId)) continue;
    expect(completed.has(contextId)).toBe(true);
  }
  // What was given up stays a gap that the next context of the recipe points to.
  const gaps = fab
    .eventsOf('context.completed')
    .filter(({ tool, previousSequence }) => given.includes(contextIdOf(tool, previousSequence)));
  expect(gaps.length).toBeGreaterThan(0);
});

test('an answer for a context that was given up meanwhile changes nothing', async () => {
  const fab = new Fab({ tools: 6, settings: { maxHeldPoints: 12_000, catchUpMs: 0 } });
  fab.latencyUs = 45_000_000;
  await fab.runMinutes(24 * 60);
  const given = new Set(fab.eventsOf('tool.overflow').map(({ contextId }) => contextId));
  const answeredLate = [...fab.completed.keys()].filter((contextId) => given.has(contextId));
  const late = fab.calls.filter(
    ({ request, timeUs }) =>
      given.has(contextIdOf(request.tool, request.contextSequence)) && timeUs + 45e6 < fab.kernel.nowUs,
  );
  expect(late.length).toBeGreaterThan(answeredLate.length);
  for (const { contextId } of fab.eventsOf('context.completed')) {
    expect(given.has(contextId)).toBe(false);
    expect(fab.completed.has(contextId)).toBe(true);
  }
  for (const { points } of fab.eventsOf('tool.backlog')) expect(points).toBeGreaterThanOrEqual(0);
});

test('tools do not come back in step', async () => {
  const fab = new Fab({
    tools: 20,
    settings: { catchUpMs: 0 },
    judge: () => ({ status: 'UNAVAILABLE', effect: false }),
  });
  await fab.runMinutes(1);
  const thirds = fab.eventsOf('tool.retry').filter(({ attempt }) => attempt === 3);
  expect(thirds).toHaveLength(20);
  expect(new Set(thirds.map(({ delayMs }) => delayMs)).size).toBeGreaterThan(15);
});
