import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMebo } from '../../../../system/charts/mebo/decode.ts';
import { encodeMebo } from '../../../../system/charts/mebo/encode.ts';
import { MeboError } from '../../../../system/charts/mebo/error.ts';
import type { MeboErrorCode } from '../../../../system/charts/mebo/error.ts';
import type { MeboOptions } from '../../../../system/charts/mebo/format.ts';
import type { MeboInput } from '../../../../system/charts/mebo/metric.ts';
import { nameId } from '../../../../system/charts/mebo/names.ts';
import { anyMetrics, anyOptions, bitsOf } from './arbitraries.ts';
import { metricsOf, vectorNamed } from './vectors.ts';

function columnOf(count: number, value: (i: number) => number = () => 0): MeboInput {
  return {
    key: 1n,
    timesUs: BigInt64Array.from({ length: count }, (_none, i) => BigInt(i * 1000)),
    values: Float64Array.from({ length: count }, (_none, i) => value(i)),
  };
}

describe('encodeMebo and decodeMebo', () => {
  it('give back every bit of every point, whatever the options', () => {
    fc.assert(
      fc.property(anyMetrics, anyOptions, (metrics, options) => {
        const { header, metrics: decoded } = decodeMebo(encodeMebo(metrics, options));
        expect(header.startTimeUs).toBe(options.startTimeUs);
        expect(decoded).toHaveLength(metrics.length);
        for (const { key, timesUs, values, tags } of metrics) {
          const id = typeof key === 'bigint' ? key : nameId(key);
          const metric = decoded.find((one) => one.id === id);
          expect(metric?.timesUs).toEqual(timesUs);
          expect(bitsOf(metric?.values ?? new Float64Array())).toEqual(bitsOf(values));
          if (header.hasTags) expect(metric?.tags).toEqual(tags);
        }
        if (options.layout === 'v2' || options.sharedTimestamps) {
          const ids = decoded.map(({ id }) => id);
          expect(ids).toEqual(ids.toSorted((left, right) => (left < right ? -1 : 1)));
        }
      }),
      { numRuns: 800 },
    );
  });

  it('keep neighbours that differ in any window of bits', () => {
    for (const valueEncoding of ['gorilla', 'chimp', 'alp', 'raw'] as const) {
      for (let lead = 0; lead < 64; lead++) {
        for (let width = 1; width <= 64 - lead; width++) {
          const window = ((1n << BigInt(width)) - 1n) << BigInt(64 - lead - width);
          const first = 0x7ff5_5555_aaaa_3333n;
          const bits = BigUint64Array.of(
            first,
            first ^ window,
            first,
            first,
            first ^ (window & -window),
            first,
          );
          const values = new Float64Array(bits.buffer);
          const metric = { key: 1n, timesUs: new BigInt64Array(values.length), values };
          const [decoded] = decodeMebo(encodeMebo([metric], { valueEncoding })).metrics;
          expect(bitsOf(decoded?.values ?? new Float64Array())).toEqual([...bits]);
        }
      }
    }
  });

  it('write into memory of their own', () => {
    const first = encodeMebo([columnOf(10)]);
    const copy = first.slice();
    encodeMebo([columnOf(500, Math.sin)]);
    expect(first).toEqual(copy);
  });

  it('read a blob that lies inside a larger buffer', () => {
    const metric = columnOf(20, Math.sin);
    for (const valueCompression of ['none', 'zstd', 's2', 'lz4'] as const) {
      const blob = encodeMebo([metric], { valueCompression, valueEncoding: 'alp' });
      const larger = new Uint8Array(blob.length + 13).fill(0xee);
      larger.set(blob, 5);
      expect(decodeMebo(larger.subarray(5, 5 + blob.length)).metrics[0]?.values).toEqual(metric.values);
    }
  });

  it('choose the 32-byte index where a count, or a column that is not the last, is too long for 16 bits', () => {
    const form = (metrics: MeboInput[], options: Partial<MeboOptions>): string =>
      decodeMebo(encodeMebo(metrics, options)).header.indexForm;
    const small = { ...columnOf(3), key: 2n };
    expect(form([columnOf(65_535)], { layout: 'v2' })).toBe('v2');
    expect(form([columnOf(65_536)], { layout: 'v2' })).toBe('v2-extended');
    expect(form([columnOf(8191), small], { layout: 'v2', valueEncoding: 'raw' })).toBe('v2');
    expect(form([columnOf(8192), small], { layout: 'v2', valueEncoding: 'raw' })).toBe('v2-extended');
    expect(form([small, { ...columnOf(8192), key: 3n }], { layout: 'v2', valueEncoding: 'raw' })).toBe('v2');
  });

  it('sort ids as unsigned integers in layout v2 only', () => {
    const keys = [2n ** 63n + 1n, 5n, 2n ** 63n - 1n];
    const metrics = keys.map((key) => ({ ...columnOf(2), key }));
    const idsOf = (options: Partial<MeboOptions>): bigint[] =>
      decodeMebo(encodeMebo(metrics, options)).metrics.map(({ id }) => id);
    expect(idsOf({ layout: 'v1' })).toEqual(keys);
    expect(idsOf({ layout: 'v2' })).toEqual([5n, 2n ** 63n - 1n, 2n ** 63n + 1n]);
  });

  it('store names only where two have one hash, and keep them apart in both layouts', () => {
    const metrics = metricsOf(vectorNamed('names-collision'));
    const others: MeboInput[] = ['zz', 'a'].map((key) => ({ ...columnOf(4), key }));
    for (const layout of ['v1', 'v2'] as const) {
      const mixed = [...others, ...metrics];
      const { header, metrics: decoded } = decodeMebo(encodeMebo(mixed, { layout }));
      expect(header.hasNames).toBe(true);
      for (const { key, values } of mixed) {
        expect(decoded.find(({ name }) => name === key)?.values).toEqual(values);
      }
    }
    const alone = decodeMebo(encodeMebo(others));
    expect(alone.header.hasNames).toBe(false);
    expect(alone.metrics[1]?.id).toBe(0xd24ec4f1a98c6e5bn);
  });

  it('give members of a group one and the same timestamps', () => {
    const metrics = [7n, 3n, 5n].map((key) => ({ ...columnOf(50), key }));
    const blob = encodeMebo([...metrics, { ...columnOf(49), key: 4n }], { sharedTimestamps: true });
    const decoded = decodeMebo(blob).metrics;
    expect(decoded.map(({ timesUs }) => timesUs.length)).toEqual([50, 49, 50, 50]);
    expect(decoded[2]?.timesUs.byteOffset).toBe(decoded[0]?.timesUs.byteOffset);
    expect(decoded[3]?.timesUs.byteOffset).toBe(decoded[0]?.timesUs.byteOffset);
  });
});

describe('encodeMebo refuses', () => {
  const point = columnOf(1);
  it.each<[string, MeboInput[], Partial<MeboOptions>, MeboErrorCode]>([
    ['no metric', [], {}, 'unencodable'],
    ['id 0', [{ ...point, key: 0n }], {}, 'unencodable'],
    ['a negative id', [{ ...point, key: -1n }], {}, 'unencodable'],
    ['an id over 64 bits', [{ ...point, key: 2n ** 64n }], {}, 'unencodable'],
    ['an empty name', [{ ...point, key: '' }], {}, 'unencodable'],
    ['half a surrogate pair', [{ ...point, key: '\ud800' }], {}, 'unencodable'],
    ['an id twice', [point, point], {}, 'unencodable'],
    [
      'a name twice',
      [
        { ...point, key: 'a' },
        { ...point, key: 'a' },
      ],
      {},
      'unencodable',
    ],
    ['an id beside a name', [point, { ...point, key: 'a' }], {}, 'unencodable'],
    ['a metric without points', [columnOf(0)], {}, 'unencodable'],
    ['columns of different length', [{ ...point, values: new Float64Array(2) }], {}, 'unencodable'],
    ['too few tags', [{ ...columnOf(2), tags: ['a'] }], { tags: true }, 'unencodable'],
    ['a start time over 64 bits', [point], { startTimeUs: 2n ** 63n }, 'unencodable'],
    ['7,282 points in layout v1', [columnOf(7282)], {}, 'unencodable'],
    [
      '8,192 raw points in layout v1',
      [columnOf(8192)],
      { timestampEncoding: 'raw', valueEncoding: 'raw' },
      'unencodable',
    ],
    [
      'tags of over 65,535 bytes before another metric in layout v1',
      [
        { ...columnOf(1), tags: ['x'.repeat(70_000)] },
        { ...columnOf(1), key: 2n },
      ],
      { tags: true },
      'unencodable',
    ],
    [
      '65,537 metrics',
      Array.from({ length: 65_537 }, (_none, i) => ({ ...point, key: BigInt(i + 1) })),
      {},
      'limit',
    ],
  ])('%s', (_what, metrics, options, code) => {
    expect(() => encodeMebo(metrics, options)).toThrow(MeboError);
    expect(() => encodeMebo(metrics, options)).toThrow(new RegExp(`^${code}: `));
  });

  it('nothing below those limits', () => {
    expect(() => encodeMebo([columnOf(7281)])).not.toThrow();
    const raw = { timestampEncoding: 'raw', valueEncoding: 'raw' } as const;
    expect(() => encodeMebo([columnOf(8191)], raw)).not.toThrow();
    const last = [
      { ...columnOf(1), key: 2n },
      { ...columnOf(1), tags: ['x'.repeat(70_000)] },
    ];
    expect(() => encodeMebo(last, { tags: true })).not.toThrow();
    const many = Array.from({ length: 65_536 }, (_none, i) => ({ ...point, key: BigInt(65_536 - i) }));
    expect(decodeMebo(encodeMebo(many, { sharedTimestamps: true })).metrics).toHaveLength(65_536);
  });
});
