import { expect, test } from 'vitest';
import { Equipment } from '../../../sim/equipment/index.ts';
import { Kernel } from '../../../sim/kernel/index.ts';
import { decodeUChart } from '../../../system/charts/uchart.ts';
import { contextIdOf } from '../../../system/ports/ingest.ts';
import { mergeSeries } from '../../../system/charts/series.ts';
import { Fab, wafersOf } from './fakes/fab.ts';

test('the second half of the file is dealt to contexts in file order, and again from the start', async () => {
  const wafers = wafersOf(31, 50);
  const fab = new Fab({ tools: 7, wafers });
  await fab.runMinutes(240);
  const dealt = fab.eventsOf('context.started').map(({ wafer }) => wafer);
  const played = wafers.slice(15).map(({ id }) => id);
  expect(played).toHaveLength(16);
  expect(dealt.length).toBeGreaterThan(70);
  expect(dealt).toEqual(dealt.map((_, index) => played[index % played.length]));
});

test.each([[152], [50], [1], [2], [3]])(
  'a wafer of %s samples is one context of one SVID in requests of three points and a shorter last one',
  async (samples) => {
    const wafers = wafersOf(20, samples);
    const fab = new Fab({ tools: 4, wafers });
    await fab.runMinutes(100);
    const completed = fab.eventsOf('context.completed');
    expect(completed.length).toBeGreaterThan(12);
    for (const event of completed) {
      const wafer = wafers.find(({ id }) => id === event.wafer);
      expect(event.abnormal).toBe(wafer?.abnormal);
      const chunks = [...(fab.stored.get(event.contextId)?.values() ?? [])];
      const sizes = chunks.map(({ metrics }) => metrics[0]?.values.length);
      const whole = Math.floor(samples / 3);
      const rest = samples % 3 === 0 ? [] : [samples % 3];
      expect(sizes).toEqual([...Array<number>(whole).fill(3), ...rest]);
      const [series, ...others] = mergeSeries(chunks.flatMap(({ metrics }) => metrics));
      expect(others).toEqual([]);
      expect(series?.values).toEqual(wafer?.samples);
      const request = fab.completed.get(event.contextId);
      const periodUs = ((request?.endUs ?? 0) - (request?.startUs ?? 0)) / samples;
      expect(Number.isInteger(periodUs)).toBe(true);
      expect(Array.from(series?.timesUs ?? [])).toEqual(
        Array.from({ length: samples }, (_, index) => (request?.startUs ?? 0) + index * periodUs),
      );
      expect(Math.abs((periodUs * samples) / 60e6 - 20)).toBeLessThan(10);
    }
  },
);

test('a tool does not get the same wafers for ever, though the wafers divide the tools', async () => {
  const fab = new Fab({ tools: 40, wafers: wafersOf(40, 10) });
  await fab.runMinutes(600);
  const byTool = new Map<string, Set<string>>();
  for (const { tool, wafer } of fab.eventsOf('context.started')) {
    byTool.set(tool, (byTool.get(tool) ?? new Set()).add(wafer ?? ''));
  }
  for (const wafers of byTool.values()) expect(wafers.size).toBeGreaterThan(5);
});

test('the identity of a wafer stays with its context through to completion', async () => {
  const fab = new Fab({ tools: 6, wafers: wafersOf(40, 30) });
  await fab.runMinutes(120);
  const begun = new Map(
    fab
      .eventsOf('context.started')
      .map(({ tool, contextSequence, wafer }) => [contextIdOf(tool, contextSequence), wafer]),
  );
  for (const { contextId, wafer } of fab.eventsOf('context.completed')) {
    expect(wafer).toBeDefined();
    expect(begun.get(contextId)).toBe(wafer);
  }
});

test('the normal wafers of the first half are the qualified history', () => {
  const fab = new Fab({ tools: 1, wafers: wafersOf(21, 30) });
  const charts = fab.equipment.qualifiedCharts();
  expect([...charts.keys()]).toEqual(['trace']);
  const ids = (charts.get('trace') ?? []).map((blob) => decodeUChart(blob).contextId);
  expect(ids).toEqual(['w0', 'w1', 'w2', 'w3', 'w5', 'w6', 'w7', 'w8'].map((id) => `qualified/${id}`));
});

test('without a wafer to play there is no workload', () => {
  const make = () =>
    new Equipment(new Kernel({ seed: 1n }), {
      tools: 1,
      startMs: 0,
      wafers: [],
      send: () => undefined,
      record: () => undefined,
    });
  expect(make).toThrow(RangeError);
});
