import fc, { type GeneratorValue } from 'fast-check';
import type { Evaluation, Scene, SceneSeries } from './scene.ts';
import { drawQuery } from './query-generator.ts';

type Draw = GeneratorValue;

const bounds = ['0.1', '0.25', '0.5', '1', '2.5', '+Inf'];

/** Scenes of one seed. */
export function sampleScenes(count: number, seed: number, evaluations: number): readonly Scene[] {
  const scene = fc.gen().map((draw): Scene => drawScene(draw, evaluations));
  return fc.sample(scene, { numRuns: count, seed });
}

function drawScene(draw: Draw, evaluations: number): Scene {
  const intervalMs = draw(fc.constantFrom, 10_000, 15_000, 15_000, 30_000, 60_000);
  const length = draw(fc.integer, { min: 12, max: 48 });
  const series = [
    ...drawCounters(draw, length),
    ...drawGauges(draw, length),
    ...drawHistograms(draw, length),
  ];
  const endMs = (length - 1) * intervalMs;
  return {
    intervalMs,
    series,
    evaluations: Array.from({ length: evaluations }, (): Evaluation => {
      const query = drawQuery(draw, intervalMs);
      const step = draw(fc.integer, { min: 4, max: length }) * intervalMs;
      // On a scrape, beside one, between two, and beyond the last, where series go stale.
      const aside = draw(fc.constantFrom, 0, 0, 0, 1, -1, 1_000, 7_500, -2_345);
      const late = draw(fc.constantFrom, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 120_000, 299_999, 300_000);
      return { query, timeMs: Math.min(step, endMs) + aside + late };
    }),
  };
}

/** Gaps of missed scrapes, and an end of the target with a staleness marker and perhaps a new start. */
function withGaps(draw: Draw, values: readonly string[]): readonly string[] {
  const kept = [...values];
  if (draw(fc.boolean)) {
    const from = draw(fc.nat, kept.length - 1);
    const to = Math.min(kept.length, from + draw(fc.integer, { min: 1, max: 8 }));
    for (let index = from; index < to; index++) kept[index] = '_';
  }
  if (draw(fc.nat, 2) === 0) {
    const at = draw(fc.integer, { min: 1, max: kept.length - 1 });
    kept[at] = 'stale';
    const gone = draw(fc.boolean) ? kept.length : at + draw(fc.integer, { min: 1, max: 6 });
    for (let index = at + 1; index < Math.min(gone, kept.length); index++) kept[index] = '_';
  }
  return kept;
}

function drawCounters(draw: Draw, length: number): readonly SceneSeries[] {
  const series: SceneSeries[] = [];
  for (const colour of ['blue', 'green']) {
    for (const instance of ['a', 'b']) {
      for (const code of ['200', '500']) {
        if (draw(fc.nat, 5) === 0) continue;
        const labels = { __name__: 'requests_total', colour, instance, code };
        series.push({ labels, values: withGaps(draw, drawCounter(draw, length, code === '500')) });
      }
      const labels = { __name__: 'build_info', colour, instance, version: `v${draw(fc.nat, 2)}` };
      series.push({ labels, values: Array.from({ length }, () => '1') });
    }
    const labels = { __name__: 'contexts_total', colour };
    series.push({ labels, values: withGaps(draw, drawCounter(draw, length, false)) });
  }
  return series;
}

function drawCounter(draw: Draw, length: number, rare: boolean): readonly string[] {
  let value = draw(fc.constantFrom, 0, 0, 3, 250);
  const fraction = draw(fc.nat, 3) === 0;
  const idle = draw(fc.nat, 5) === 0;
  return Array.from({ length }, () => {
    const text = String(value);
    if (draw(fc.nat, 15) === 0) value = draw(fc.constantFrom, 0, 1, 2);
    const more = idle ? 0 : draw(fc.nat, rare ? 2 : 40);
    value += fraction ? more * 0.37 : more;
    return text;
  });
}

function drawGauges(draw: Draw, length: number): readonly SceneSeries[] {
  return ['etch', 'litho', 'cmp', 'implant'].map((area) => {
    const special = draw(fc.nat, 4);
    let value = draw(fc.double, { min: -50, max: 400, noNaN: true });
    const values = Array.from({ length }, () => {
      value += draw(fc.integer, { min: -1_000, max: 1_000 }) / 128;
      if (special === 0 && draw(fc.nat, 6) === 0) return 'NaN';
      if (special === 1 && draw(fc.nat, 12) === 0) return draw(fc.constantFrom, 'Inf', '-Inf');
      return String(Math.round(value * 1_000) / 1_000);
    });
    return { labels: { __name__: 'temperature_celsius', area }, values: withGaps(draw, values) };
  });
}

function drawHistograms(draw: Draw, length: number): readonly SceneSeries[] {
  const series: SceneSeries[] = [];
  for (const colour of ['blue', 'green']) {
    for (const instance of ['a', 'b']) {
      // Without its last bucket a histogram has no quantile; buckets scraped apart may go down.
      const complete = draw(fc.nat, 7) > 0;
      const torn = draw(fc.nat, 5) === 0;
      const steps = Array.from({ length }, () => bounds.map(() => draw(fc.nat, 6)));
      const labels = { colour, instance };
      for (const [index, le] of bounds.entries()) {
        if (le === '+Inf' && !complete) continue;
        let total = 0;
        const values = steps.map((step) => {
          total += step.slice(0, index + 1).reduce((sum, count) => sum + count, 0);
          return String(torn && index === 2 ? Math.max(0, total - 5) : total);
        });
        series.push({ labels: { __name__: 'latency_seconds_bucket', le, ...labels }, values });
      }
      const counts = steps.map((step) => step.reduce((sum, count) => sum + count, 0));
      let total = 0;
      const values = counts.map((count) => String((total += count)));
      series.push({ labels: { __name__: 'latency_seconds_count', ...labels }, values });
    }
  }
  return series;
}
