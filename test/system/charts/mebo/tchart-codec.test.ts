import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chartLimits, ChartCodecError } from '../../../../system/charts/codec.ts';
import type { ChartCodecErrorCode } from '../../../../system/charts/codec.ts';
import { decodeMebo } from '../../../../system/charts/mebo/decode.ts';
import { encodeMebo } from '../../../../system/charts/mebo/encode.ts';
import { meboCodec, meboTChartCodec } from '../../../../system/charts/mebo/tchart-codec.ts';
import { mergeSeries } from '../../../../system/charts/series.ts';
import type { Series } from '../../../../system/charts/series.ts';
import { tchartCodec } from '../../../../system/charts/tchart-codec.ts';
import { codecOfTChart, decodeTChart, encodeTChart } from '../../../../system/charts/tchart.ts';
import { anySeries, bitsOf } from '../arbitraries.ts';

function codeOf(act: () => unknown): ChartCodecErrorCode | 'no error' {
  try {
    act();
  } catch (error) {
    if (error instanceof ChartCodecError) return error.code;
    throw error;
  }
  return 'no error';
}

function seriesOf(svid: number, values: readonly number[]): Series {
  return {
    svid,
    timesUs: Float64Array.from(values, (_value, i) => 1.767e15 + i * 1e7),
    values: Float64Array.from(values),
  };
}

describe('as a codec of charts', () => {
  it.each([
    ['by default', meboTChartCodec],
    [
      'with Chimp and S2',
      meboCodec({ valueEncoding: 'chimp', valueCompression: 's2', sharedTimestamps: true }),
    ],
    ['with Gorilla alone', meboCodec({})],
  ])('%s gives back every bit of every point, in the same order', (_how, codec) => {
    fc.assert(
      fc.property(anySeries, (series) => {
        expect(bitsOf(codec.decode(codec.encode(series)))).toEqual(bitsOf(series));
      }),
      { numRuns: 500 },
    );
  });

  it('uses SVIDs as ids wherever Mebo can have them', () => {
    const ids = (series: Series[]): bigint[] =>
      decodeMebo(meboTChartCodec.encode(series)).metrics.map(({ id }) => id);
    expect(ids([seriesOf(3, [1]), seriesOf(2 ** 32 - 1, [2])])).toEqual([3n, 2n ** 32n - 1n]);
    expect(ids([seriesOf(3, [1]), seriesOf(3, [2])])).toEqual([(1n << 33n) | 3n, (2n << 33n) | 3n]);
  });

  it('hands the same time column to all series of the same instants', () => {
    const [first, second] = meboTChartCodec.decode(
      meboTChartCodec.encode([seriesOf(3, [1, 2]), seriesOf(4, [2, 5])]),
    );
    expect(second?.timesUs).toBe(first?.timesUs);
  });

  it.each<[string, Series[], ChartCodecErrorCode]>([
    ['an SVID over 32 bits', [seriesOf(2 ** 32, [1])], 'unencodable'],
    ['columns of different length', [{ ...seriesOf(1, [1]), values: new Float64Array(2) }], 'unencodable'],
    ['half a microsecond', [{ ...seriesOf(1, [1]), timesUs: Float64Array.of(0.5) }], 'unencodable'],
    [
      'too many points',
      [
        seriesOf(
          1,
          Array.from({ length: chartLimits.maxPoints + 1 }, () => 0),
        ),
      ],
      'limit',
    ],
  ])('refuses to write %s', (_what, series, code) => {
    expect(codeOf(() => meboTChartCodec.encode(series))).toBe(code);
  });

  it.each<[string, Uint8Array, ChartCodecErrorCode]>([
    ['nothing', new Uint8Array(), 'truncated'],
    ['a blob of ours', tchartCodec.encode([seriesOf(1, [1])]), 'bad-magic'],
    [
      'an id that is no SVID',
      encodeMebo([{ key: 2n ** 40n, timesUs: new BigInt64Array(1), values: new Float64Array(1) }]),
      'malformed',
    ],
    [
      'a time that is no safe integer',
      encodeMebo([{ key: 1n, timesUs: BigInt64Array.of(2n ** 60n), values: new Float64Array(1) }]),
      'malformed',
    ],
  ])('refuses to read %s', (_what, blob, code) => {
    expect(codeOf(() => meboTChartCodec.decode(blob))).toBe(code);
  });

  it('finds every flipped bit that changes times or values', () => {
    const wave = (phase: number): number[] =>
      Array.from({ length: 40 }, (_none, i) => Math.round(100 * Math.sin(i + phase)) / 100);
    const series = [seriesOf(1, wave(0)), seriesOf(2, wave(1))];
    const blob = meboTChartCodec.encode(series);
    const timestampsAt = new DataView(blob.buffer, blob.byteOffset).getUint32(20, true);
    let found = 0;
    for (let bit = 8 * timestampsAt; bit < 8 * blob.length; bit++) {
      const damaged = blob.slice();
      damaged[bit >>> 3] = (damaged[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      const code = codeOf(() => {
        // Some bits of a zstd frame, as the size of its window, do not matter.
        expect(bitsOf(meboTChartCodec.decode(damaged))).toEqual(bitsOf(series));
      });
      expect(['checksum', 'limit', 'no error']).toContain(code);
      if (code !== 'no error') found++;
    }
    expect(found).toBeGreaterThan(0.99 * 8 * (blob.length - timestampsAt));
  });

  it('answers damaged blobs with series or a typed error', () => {
    fc.assert(
      fc.property(anySeries, fc.nat(), fc.nat(255), (series, place, byte) => {
        const blob = meboTChartCodec.encode(series).slice();
        blob[place % blob.length] = byte;
        codeOf(() => meboTChartCodec.decode(blob));
      }),
      { numRuns: 500 },
    );
  });
});

describe('as a codec of T-charts', () => {
  it('splits at a limit, and is read back beside blobs of the other codec', () => {
    fc.assert(
      fc.property(anySeries, anySeries, fc.integer({ min: 128, max: 400 }), (some, others, limitBytes) => {
        const blobs = encodeTChart(some, limitBytes, meboTChartCodec);
        for (const blob of blobs) expect(blob.length).toBeLessThanOrEqual(limitBytes);
        const mixed = [...encodeTChart(others), ...blobs];
        expect(bitsOf(decodeTChart(mixed))).toEqual(bitsOf(mergeSeries([...others, ...some])));
      }),
      { numRuns: 200 },
    );
  });

  it('is told from the other codec by its blobs', () => {
    const series = [seriesOf(1, [1])];
    expect(codecOfTChart(meboTChartCodec.encode(series))).toBe(meboTChartCodec);
    expect(codecOfTChart(tchartCodec.encode(series))).toBe(tchartCodec);
    expect(meboTChartCodec.id).not.toBe(tchartCodec.id);
  });
});
