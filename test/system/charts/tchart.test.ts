import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTraces } from '../../../scenarios/traces/trace-file.ts';
import { ChartCodecError } from '../../../system/charts/codec.ts';
import { mergeSeries, pointCount } from '../../../system/charts/series.ts';
import type { Series } from '../../../system/charts/series.ts';
import { decodeTChart, encodeTChart, tchartLimitBytes } from '../../../system/charts/tchart.ts';
import { anySeries, bitsOf } from './arbitraries.ts';

describe('encodeTChart', () => {
  it('splits at the limit and loses nothing, in whatever order the blobs come back', () => {
    fc.assert(
      fc.property(anySeries, fc.integer({ min: 128, max: 300 }), (series, limitBytes) => {
        const blobs = encodeTChart(series, limitBytes);
        for (const blob of blobs) expect(blob.length).toBeLessThanOrEqual(limitBytes);
        expect(bitsOf(decodeTChart(blobs.toReversed()))).toEqual(bitsOf(mergeSeries(series)));
      }),
      { numRuns: 300 },
    );
  });

  it('splits a long context at 256 KiB by default', () => {
    const points = 60_000;
    const noise = Float64Array.from({ length: points }, (_point, i) => Math.sin(i * i));
    const long = [{ svid: 1, timesUs: Float64Array.from(noise, (_value, i) => i), values: noise }];
    const blobs = encodeTChart(long);
    expect(blobs.length).toBeGreaterThan(1);
    for (const blob of blobs) expect(blob.length).toBeLessThanOrEqual(tchartLimitBytes);
    expect(bitsOf(decodeTChart(blobs))).toEqual(bitsOf(long));
  });

  it('says so where a single point does not fit', () => {
    const point = [{ svid: 1, timesUs: Float64Array.of(1), values: Float64Array.of(Math.PI) }];
    expect(() => encodeTChart(point, 10)).toThrow(ChartCodecError);
  });
});

describe('size', () => {
  it('is at most 4 bytes a point for a noisy sensor of four decimals', () => {
    const series = Array.from({ length: 10 }, (_one, svid) => ({
      svid,
      timesUs: Float64Array.from({ length: 120 }, (_point, i) => 1.767e15 + i * 10_370_001),
      values: Float64Array.from(
        { length: 120 },
        (_point, i) => Math.round(1e6 * Math.sin(svid + i / 7) + 1e4 * Math.sin(i * i)) / 1e4,
      ),
    }));
    expect(totalBytes(series) / pointCount(series)).toBeLessThan(4);
  });

  const recorded = new URL('../../../../shared/data/wafer-traces.csv', import.meta.url);
  it.skipIf(!existsSync(recorded))(
    'is at most 4 bytes a point for recorded wafers, one context each (delivery R24)',
    () => {
      const result = parseTraces(readFileSync(recorded, 'utf8'));
      if (!result.ok) throw new Error('the recorded wafers do not parse');
      let bytes = 0;
      let points = 0;
      for (const [w, { samples }] of result.traces.wafers.entries()) {
        const timesUs = Float64Array.from(
          samples,
          (_sample, s) => 1.767e15 + w * 1.2e9 + Math.round((s * 1.2e9) / samples.length),
        );
        const series = [{ svid: 1, timesUs, values: samples }];
        bytes += totalBytes(series);
        points += samples.length;
        expect(bitsOf(decodeTChart(encodeTChart(series)))).toEqual(bitsOf(series));
      }
      expect(bytes / points).toBeLessThan(4);
    },
  );
});

describe('mergeSeries', () => {
  it('depends on the set of points only', () => {
    fc.assert(
      fc.property(anySeries, anySeries, (some, others) => {
        const merged = bitsOf(mergeSeries([...some, ...others]));
        expect(bitsOf(mergeSeries([...others, ...some]))).toEqual(merged);
        expect(bitsOf(mergeSeries([...some, ...others, ...some.toReversed()]))).toEqual(
          bitsOf(mergeSeries([...some, ...others, ...some])),
        );
        expect(bitsOf(mergeSeries(mergeSeries([...some, ...others])))).toEqual(merged);
      }),
      { numRuns: 300 },
    );
  });

  it('puts points that disagree about an instant in one order, however they came', () => {
    const point = fc.record({
      svid: fc.nat(1),
      timesUs: fc.nat(2).map((us) => Float64Array.of(us)),
      values: fc.nat(3).map((value) => Float64Array.of(value)),
    });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 12 }), (parts) => {
        expect(bitsOf(mergeSeries(parts.toReversed()))).toEqual(bitsOf(mergeSeries(parts)));
      }),
    );
  });

  it('joins chunks by SVID and time, and drops what was sent twice', () => {
    const chunk = (svid: number, timeUs: number, value: number): Series => ({
      svid,
      timesUs: Float64Array.of(timeUs),
      values: Float64Array.of(value),
    });
    const merged = mergeSeries([
      chunk(2, 30, 3),
      chunk(1, 10, 1),
      chunk(2, 10, 2),
      chunk(2, 30, 3),
      chunk(2, 30, 4),
    ]);
    expect(merged.map(({ svid, timesUs, values }) => [svid, [...timesUs], [...values]])).toEqual([
      [1, [10], [1]],
      [2, [10, 30, 30], [2, 3, 4]],
    ]);
  });
});

function totalBytes(series: readonly Series[]): number {
  return encodeTChart(series).reduce((bytes, blob) => bytes + blob.length, 0);
}
