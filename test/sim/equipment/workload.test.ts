import { expect, test } from 'vitest';
import { readingsOf } from '../../../sim/equipment/context-chart.ts';
import { recipes } from '../../../sim/equipment/recipe.ts';
import { SyntheticWorkload } from '../../../sim/equipment/synthetic-workload.ts';
import { durationUsOf, samplesPerRequest, type ContextPlan } from '../../../sim/equipment/workload.ts';
import { computeUChart, decodeUChart, type UChart } from '../../../system/charts/uchart.ts';
import { defaultStrategies, judgeAll, learnAll } from '../../../system/charts/strategies/defence.ts';
import { encodeTChart } from '../../../system/charts/tchart.ts';
import type { Series } from '../../../system/charts/series.ts';

const minuteUs = 60_000_000;

function seriesOf(plan: ContextPlan): Series[] {
  const values = readingsOf(plan, samplesPerRequest);
  const timesUs = Float64Array.from({ length: plan.sampleCount }, (_, index) => index * plan.samplePeriodUs);
  return plan.svids.map((svid, column) => ({
    svid,
    timesUs,
    values: values.slice(column * plan.sampleCount, (column + 1) * plan.sampleCount),
  }));
}

test('a plan depends on seed, tool and context only', () => {
  const first = new SyntheticWorkload(3n, 50);
  const second = new SyntheticWorkload(3n, 500);
  second.plan(7, 1);
  second.plan(8, 2);
  const plan = first.plan(7, 4);
  const again = second.plan(7, 4);
  expect(again).toMatchObject({ recipe: plan.recipe, chamber: plan.chamber, sampleCount: plan.sampleCount });
  expect(readingsOf(again, 3)).toEqual(readingsOf(plan, 3));
  const other = new SyntheticWorkload(4n, 50).plan(7, 4);
  expect(readingsOf(other, 3)).not.toEqual(readingsOf(plan, 3));
});

test.each([1n, 2n, 3n])(
  'lengths keep their bounds and tools complete one context in 20 min on average: seed %s',
  (seed) => {
    const tools = 3_000;
    const workload = new SyntheticWorkload(seed, tools);
    let contextsPerUs = 0;
    let logSum = 0;
    let logSquares = 0;
    let contexts = 0;
    let longest = 0;
    for (let tool = 0; tool < tools; tool++) {
      let sumUs = 0;
      for (let sequence = 1; sequence <= 12; sequence++) {
        const plan = workload.plan(tool, sequence);
        const lengthUs = durationUsOf(plan);
        expect(lengthUs).toBeGreaterThanOrEqual(5 * minuteUs);
        expect(lengthUs).toBeLessThanOrEqual(120 * minuteUs);
        sumUs += lengthUs;
        longest = Math.max(longest, lengthUs);
        const log = Math.log(lengthUs / minuteUs);
        logSum += log;
        logSquares += log * log;
        contexts++;
      }
      contextsPerUs += 12 / sumUs;
    }
    // 1,500 tools complete 1.25 contexts a second: one a tool in 1,200 s.
    const meanUs = tools / contextsPerUs;
    expect(meanUs / minuteUs).toBeGreaterThan(19);
    expect(meanUs / minuteUs).toBeLessThan(21);
    const sigma = Math.sqrt(logSquares / contexts - (logSum / contexts) ** 2);
    expect(sigma).toBeGreaterThan(0.45);
    expect(sigma).toBeLessThan(0.7);
    expect(longest).toBeGreaterThan(60 * minuteUs);
  },
);

test('tools have one to four chambers and one or two of eight recipes; about 1 % of the contexts are abnormal', () => {
  const workload = new SyntheticWorkload(5n, 1_500);
  const used = new Set<string>();
  let abnormal = 0;
  for (let tool = 0; tool < 1_500; tool++) {
    const own = new Set<string>();
    const { chambers, weight, typicalCycleMs, tool: name } = workload.profile(tool);
    expect(chambers).toBeGreaterThanOrEqual(1);
    expect(chambers).toBeLessThanOrEqual(4);
    expect(weight).toBe(typicalCycleMs / 1000);
    expect(name).toBe(`tool-${String(tool + 1).padStart(4, '0')}`);
    for (let sequence = 1; sequence <= 20; sequence++) {
      const plan = workload.plan(tool, sequence);
      expect(plan.svids).toHaveLength(10);
      expect(plan.chamber).toBeLessThanOrEqual(chambers);
      own.add(plan.recipe);
      if (plan.abnormal) abnormal++;
    }
    expect(own.size).toBeLessThanOrEqual(2);
    for (const recipe of own) used.add(recipe);
  }
  expect(used).toEqual(new Set(recipes.map(({ name }) => name)));
  expect(abnormal / 30_000).toBeGreaterThan(0.007);
  expect(abnormal / 30_000).toBeLessThan(0.013);
});

test('readings compress to 3 to 4 bytes a point at most', () => {
  const workload = new SyntheticWorkload(6n, 40);
  let bytes = 0;
  let points = 0;
  for (let tool = 0; tool < 40; tool++) {
    const series = seriesOf(workload.plan(tool, 1));
    for (const blob of encodeTChart(series)) bytes += blob.length;
    points += series.reduce((sum, { values }) => sum + values.length, 0);
  }
  expect(bytes / points).toBeGreaterThan(2);
  expect(bytes / points).toBeLessThan(4);
});

test('limits learnt from the qualified charts tell abnormal contexts from good ones', () => {
  const workload = new SyntheticWorkload(8n, 120);
  const qualified = workload.qualifiedCharts();
  expect([...qualified.keys()]).toEqual(recipes.map(({ name }) => name));
  const limits = new Map(
    [...qualified].map(([recipe, charts]) => {
      expect(charts.length).toBeGreaterThanOrEqual(60);
      return [recipe, learnAll(defaultStrategies, charts.map(decodeUChart))];
    }),
  );
  const count = { good: 0, falseAlarms: 0, abnormal: 0, detected: 0 };
  for (let tool = 0; tool < 120; tool++) {
    const recent = new Map<string, UChart[]>();
    for (let sequence = 1; sequence <= 40; sequence++) {
      const plan = workload.plan(tool, sequence);
      const chart = computeUChart({
        contextId: `${tool}/${sequence}`,
        unit: String(tool),
        recipe: plan.recipe,
        contextSequence: sequence,
        startUs: 0,
        endUs: durationUsOf(plan),
        series: seriesOf(plan),
      });
      const earlier = recent.get(plan.recipe) ?? [];
      const { alarm } = judgeAll(defaultStrategies, limits.get(plan.recipe) ?? [], earlier, chart);
      recent.set(plan.recipe, [...earlier.slice(-19), chart]);
      count[plan.abnormal ? 'abnormal' : 'good']++;
      if (alarm) count[plan.abnormal ? 'detected' : 'falseAlarms']++;
    }
  }
  expect(count.abnormal).toBeGreaterThan(25);
  expect(count.detected / count.abnormal).toBeGreaterThan(0.8);
  expect(count.falseAlarms / count.good).toBeLessThan(0.03);
});
