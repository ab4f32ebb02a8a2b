import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeSeries } from '../../../system/charts/series.ts';
import { computeUChart, uchartDigest } from '../../../system/charts/uchart.ts';
import { contextIdOf } from '../../../system/ports/ingest.ts';
import type { RpcStatus } from '../../../system/ports/rpc.ts';
import { contentOf, Fab, isSend, type FabOptions } from './fakes/fab.ts';

function fingerprintOf(fab: Fab): string[] {
  return fab.calls.map(({ timeUs, tool, request }) =>
    'requestSequence' in request
      ? `${timeUs} ${tool} ${contentOf(request)}`
      : `${timeUs} ${tool} ${JSON.stringify(request)}`,
  );
}

const statuses: readonly RpcStatus[] = ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED', 'INTERNAL'];

const flaky: NonNullable<FabOptions['judge']> = (_call, random) =>
  random.chance(0.3) ? { status: random.pick(statuses), effect: random.chance(0.5) } : undefined;

/** Nothing of what was acknowledged is missing, and each expectation is what the server can compute. */
function expectNothingLost(fab: Fab): void {
  const completed = fab.eventsOf('context.completed');
  for (const event of completed) {
    const request = fab.completed.get(event.contextId);
    const chunks = fab.stored.get(event.contextId);
    if (request === undefined || chunks === undefined) throw new Error(`${event.contextId} is lost`);
    const series = mergeSeries([...chunks.values()].flatMap(({ metrics }) => metrics));
    expect(series.reduce((sum, { values }) => sum + values.length, 0)).toBe(event.points);
    const { startUs, endUs, recipe, contextSequence } = request;
    const unit = event.tool;
    const chart = computeUChart({
      contextId: event.contextId,
      unit,
      recipe,
      contextSequence,
      startUs,
      endUs,
      series,
    });
    expect(uchartDigest(chart)).toBe(event.expectedDigest);
    expect(fab.charts.get(event.contextId)).toEqual(chart);
  }
  for (const { contextId, requestSequence } of fab.eventsOf('request.acknowledged')) {
    expect(fab.stored.get(contextId)?.has(requestSequence)).toBe(true);
  }
}

test('the same seed sends the same requests at the same times; another seed does not', async () => {
  const [first, again, other] = [new Fab({ seed: 9n }), new Fab({ seed: 9n }), new Fab({ seed: 10n })];
  for (const fab of [first, again, other]) {
    fab.judge = flaky;
    await fab.runMinutes(60);
  }
  expect(fingerprintOf(again)).toEqual(fingerprintOf(first));
  expect(again.kernel.fingerprint.digest()).toBe(first.kernel.fingerprint.digest());
  expect(fingerprintOf(other)).not.toEqual(fingerprintOf(first));
});

test('what is measured does not depend on what befalls the calls', async () => {
  const quiet = new Fab({ seed: 4n, tools: 20 });
  const troubled = new Fab({ seed: 4n, tools: 20, judge: flaky });
  await quiet.runMinutes(120);
  await troubled.runMinutes(120);
  const digests = new Map(
    quiet.eventsOf('context.completed').map((event) => [event.contextId, event.expectedDigest]),
  );
  let compared = 0;
  for (const { contextId, expectedDigest } of troubled.eventsOf('context.completed')) {
    const expected = digests.get(contextId);
    if (expected === undefined) continue;
    expect(expectedDigest).toBe(expected);
    compared++;
  }
  expect(compared).toBeGreaterThan(60);
  expect(troubled.eventsOf('tool.retry').length).toBeGreaterThan(500);
});

test('with a flaky server nothing is lost, whatever the seed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), async (seed) => {
      const fab = new Fab({ seed, tools: 4, judge: flaky });
      await fab.runMinutes(90);
      fab.judge = () => undefined;
      fab.equipment.stop();
      await fab.runMinutes(10);
      expect(fab.equipment.backlog).toEqual({ tools: 0, contexts: 0 });
      const begun = fab.eventsOf('context.started').length;
      expect(fab.completed.size).toBe(begun - 4);
      expect(fab.eventsOf('context.completed')).toHaveLength(fab.completed.size);
      expectNothingLost(fab);
    }),
    { numRuns: 15 },
  );
}, 30_000);

test('at the start all tools are in the middle of a context and catch up within the given time', async () => {
  const fab = new Fab({ tools: 300 });
  await fab.runMinutes(2.1);
  expect(fab.eventsOf('context.started').length).toBeGreaterThanOrEqual(300);
  const firsts = new Map<number, number>();
  for (const call of fab.calls.filter(isSend)) {
    if (!firsts.has(call.tool)) firsts.set(call.tool, call.timeUs);
  }
  const early = [...firsts.values()].filter((timeUs) => timeUs < 61e6);
  expect(firsts.size).toBeGreaterThan(290);
  expect(early.length).toBeGreaterThan(100);
  expect(early.length).toBeLessThan(200);
  await fab.runMinutes(10);
  const [before, after] = [4e6, 8e6].map((seconds) => seconds * 60);
  const steady = fab.calls.filter(({ timeUs }) => timeUs > (before ?? 0) && timeUs < (after ?? 0));
  expect(steady.filter(isSend).length / 240 / 300).toBeGreaterThan(1 / 31);
  expect(steady.filter(isSend).length / 240 / 300).toBeLessThan(1 / 28);
  // Completions come evenly from the start, because the tools' phases are spread: 300 in 20 min.
  expect(fab.completed.size).toBeGreaterThan(120);
  expect(fab.completed.size).toBeLessThan(260);
});

test('each context points to the one before it of the same unit and recipe', async () => {
  for (const unitKind of ['tool', 'chamber'] as const) {
    const fab = new Fab({ tools: 10, settings: { unitKind } });
    await fab.runMinutes(300);
    const last = new Map<string, number>();
    for (const request of fab.completed.values()) {
      const unit = unitKind === 'tool' ? request.tool : `${request.tool}.${request.chamber}`;
      const key = `${unit}/${request.recipe}`;
      expect(request.previousSequence).toBe(last.get(key) ?? 0);
      last.set(key, request.contextSequence);
    }
    expect(new Set(last.values()).size).toBeGreaterThan(1);
  }
});

test('contexts follow each other without a gap by true time, and by each tool’s own clock within its drift', async () => {
  const fab = new Fab({ tools: 20 });
  await fab.runMinutes(240);
  const offsets = new Set<number>();
  for (let tool = 0; tool < 20; tool++) {
    const contexts = [...fab.completed.values()].filter(
      (request) => request.tool === fab.equipment.inventory[tool]?.tool,
    );
    contexts.slice(1).forEach((next, index) => {
      const gapUs = next.startUs - (contexts[index]?.endUs ?? 0);
      expect(Math.abs(gapUs)).toBeLessThan(200_000);
    });
    const clock = fab.equipment.clockOf(tool);
    offsets.add((clock?.wallUs() ?? 0) - fab.kernel.nowUs);
  }
  expect(offsets.size).toBe(20);
});

test('after stop nothing is collected and what was over is completed', async () => {
  const fab = new Fab({ tools: 10, judge: () => ({ status: 'UNAVAILABLE', effect: false }) });
  await fab.runMinutes(60);
  const begun = fab.eventsOf('context.started').length;
  fab.equipment.stop();
  fab.judge = () => undefined;
  await fab.runMinutes(30);
  expect(fab.eventsOf('context.started')).toHaveLength(begun);
  expect(fab.completed.size).toBe(begun - 10);
  expect(fab.eventsOf('context.completed').every(({ contextId }) => fab.completed.has(contextId))).toBe(true);
});

test('a chart is handed out only while its context completes', async () => {
  const fab = new Fab({ tools: 2 });
  await fab.runMinutes(60);
  const [first] = fab.eventsOf('context.completed');
  expect(fab.charts.get(first?.contextId ?? '')).toBeDefined();
  expect(fab.equipment.expectedUChart(first?.contextId ?? '')).toBeUndefined();
  expect(fab.equipment.expectedUChart(contextIdOf('tool-9999', 1))).toBeUndefined();
});
